import { reopenEvent } from '../db/reopen-event.ts';
import type { Queries } from '../db/database.ts';
import type { Starter } from './starter.ts';

/**
 * Runs a failed event again, behind everything that waits in its lane. Its effects keep their keys, so those that are
 * confirmed are not done again. Errors: `not_found`, or `not_failed` when there is nothing to run again.
 */
export function createRedrive(options: { queries: Queries; starter: Starter }) {
  return async function redrive(eventId: string): Promise<'redriven' | 'not_found' | 'not_failed'> {
    const reopened = await reopenEvent(options.queries, eventId);
    if (reopened.result === 'redriven' && reopened.start) await options.starter.start([reopened.start], 'request');
    return reopened.result;
  };
}
