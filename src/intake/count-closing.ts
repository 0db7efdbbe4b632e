import type { Closing } from '../db/lane-heads.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Counts the end of a run, once: a closing that is said again after a crash is not counted again. */
export function countClosing(metrics: Metrics, generation: number, closing: Closing): void {
  if (!closing.closed || closing.again) return;
  const { workflow, outcome, decidedBy, failureClass, acceptToDoneMs } = closing.event;
  if (workflow === 'leadIntake') metrics.leadsFinished.inc({ outcome });
  else metrics.eventsFinished.inc({ outcome, decided_by: decidedBy ?? 'none' });
  if (failureClass !== null) metrics.eventsFailed.inc({ class: failureClass });
  for (const action of closing.unknown) metrics.effects.inc({ action, state: 'unknown' });
  // A later run begins when an operator asks for it: how long that took says nothing about us.
  if (generation === 0) metrics.acceptToDoneSeconds.observe(acceptToDoneMs / 1_000);
}
