import type { Closing } from '../db/lane-heads.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Counts the end of a run, once: a closing that is said again after a crash is not counted again. */
export function countClosing(metrics: Metrics, generation: number, closing: Closing): void {
  if (!closing.closed || closing.again) return;
  const { workflow, outcome, decidedBy, failureClass, begun, acceptToDoneMs, openToDoneMs } = closing.event;
  if (workflow === 'leadIntake') metrics.leadsFinished.inc({ outcome });
  else metrics.eventsFinished.inc({ outcome, decided_by: decidedBy ?? 'none' });
  // Who ends without a first step of their own did begin: otherwise more would end than begin.
  if (!begun) metrics.pipelineStarted.inc({ workflow });
  if (failureClass === null) metrics.pipelineCompleted.inc({ workflow, outcome });
  else {
    metrics.eventsFailed.inc({ class: failureClass });
    metrics.pipelineFailed.inc({ workflow, class: failureClass });
  }
  metrics.pipelineDurationSeconds.observe({ workflow }, openToDoneMs / 1_000);
  for (const action of closing.unknown) metrics.effects.inc({ action, state: 'unknown' });
  // A later run begins when an operator asks for it: how long that took says nothing about us.
  if (generation === 0) metrics.acceptToDoneSeconds.observe(acceptToDoneMs / 1_000);
}
