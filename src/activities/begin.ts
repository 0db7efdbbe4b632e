import { activityInfo } from '@temporalio/activity';
import { beginEvent, type EventRun } from '../db/event-steps.ts';
import { eventLabels } from '../intake/event-labels.ts';
import type { ActivityDependencies, RunPolicy } from './dependencies.ts';
import { needsFacts } from './gather-facts.ts';
import { openEvent } from './open-event.ts';

export interface Begun {
  enrich: boolean;
  policy: RunPolicy;
  /** The event ends here, with this outcome: it tells of a change that we made ourselves. */
  ending?: 'echo';
}

/** The first step: from here on the event is running, in this generation and in no other. */
export function createBegin({ queries, keyring, policy, metrics, log }: ActivityDependencies) {
  return async function begin(run: EventRun): Promise<Begun> {
    const begun = await beginEvent(queries, run, activityInfo().workflowExecution?.runId ?? '');
    if (begun && !begun.again) metrics.pipelineStarted.inc({ workflow: begun.workflow });
    const { row, event } = openEvent(begun, keyring);
    const isEcho = begun?.echo === true;
    log.info({ ...eventLabels(row), type: row.type, generation: run.generation, echo: isEcho }, 'event running');
    if (isEcho) return { enrich: false, policy, ending: 'echo' };
    // What was decided is not decided again, so that nothing has to be known for it.
    return { enrich: begun?.decided !== true && needsFacts(event), policy };
  };
}
