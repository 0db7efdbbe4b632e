import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { EventToStart } from '../domain/event-to-start.ts';
import { eventWorkflowId } from '../domain/ids.ts';
import { withTraceParent } from '../telemetry/traces.ts';
import { callWithin } from './call-within.ts';
import { correlationIdKey, eventTypeKey, laneKey, sourceKey, tenantKey } from './search-attributes.ts';

/** Starts event workflows by name, and looks at those that exist. No caller waits past its deadline. */
export function createEventWorkflows(options: { client: Client; taskQueue: string; eager: boolean }) {
  const { client, taskQueue, eager } = options;
  return {
    /** `exists`: an execution with this id is or was there; whether it runs is another question. */
    async start(
      event: EventToStart,
      deadlineMs: number,
      from: 'request' | 'finish' | 'redrive' | 'sweep',
    ): Promise<'started' | 'exists'> {
      try {
        await withTraceParent(event.traceParent, () =>
          callWithin(client, deadlineMs, () =>
            client.workflow.start('gtmEvent', {
              workflowId: eventWorkflowId(event.keyHash, event.generation),
              taskQueue,
              args: [{ eventId: event.id, generation: event.generation, lane: event.lane }],
              workflowIdReusePolicy: 'REJECT_DUPLICATE',
              workflowIdConflictPolicy: 'FAIL',
              requestEagerStart: eager && from === 'request',
              staticSummary: `${event.type} from ${event.source}`,
              typedSearchAttributes: new TypedSearchAttributes([
                { key: tenantKey, value: event.tenantId },
                { key: sourceKey, value: event.source },
                { key: eventTypeKey, value: event.type },
                { key: laneKey, value: event.lane },
                { key: correlationIdKey, value: event.correlationId },
              ]),
            }),
          ),
        );
        return 'started';
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'exists';
        throw error;
      }
    },

    /** `missing`: Temporal knows no such execution (never started, or past its retention). */
    async look(event: EventToStart, deadlineMs: number): Promise<'running' | 'closed' | 'missing'> {
      try {
        const handle = client.workflow.getHandle(eventWorkflowId(event.keyHash, event.generation));
        const { status } = await callWithin(client, deadlineMs, () => handle.describe());
        return status.name === 'RUNNING' ? 'running' : 'closed';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'missing';
        throw error;
      }
    },
  };
}

export type EventWorkflows = ReturnType<typeof createEventWorkflows>;
