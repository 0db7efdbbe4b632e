import type { EventEnd } from '../intake/finish.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** `closed`: the outcome that was written, which an uncertain effect may have turned into `failed`. */
export type Finished =
  | { state: 'closed'; outcome: string; failureClass: string | null }
  | { state: 'leased'; waitMs: number }
  | { state: 'superseded' };

/** The last step: writes the outcome, frees the lane, starts the next event of it. */
export function createFinishStep({ finish, log }: ActivityDependencies) {
  return async function finishEvent(end: EventEnd): Promise<Finished> {
    const closing = await finish(end);
    if (!closing.closed)
      return closing.reason === 'leased' ? { state: 'leased', waitMs: closing.waitMs } : { state: 'superseded' };
    const { tenantId, correlationId, outcome, failureClass, acceptToDoneMs } = closing.event;
    log[outcome === 'failed' ? 'warn' : 'info'](
      {
        event_id: end.id,
        tenant_id: tenantId,
        correlation_id: correlationId,
        outcome,
        ...(failureClass !== null && { failure_class: failureClass }),
        accept_to_done_ms: Math.round(acceptToDoneMs),
      },
      'event finished',
    );
    return { state: 'closed', outcome, failureClass };
  };
}
