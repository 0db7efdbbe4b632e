import { type Reopened, reopenEvents } from '../db/reopen-events.ts';
import type { Queries } from '../db/database.ts';
import type { Starter } from './starter.ts';

/** Each event of one transaction locks its lane. */
const eventsPerTransaction = 100;

/**
 * Runs failed events again, in the order given, each behind everything that waits in its lane. Their effects keep their
 * keys, so those that are confirmed are not done again. A start that fails is left to a sweep.
 */
export function createRedrive(options: { queries: Queries; starter: Starter }) {
  const { queries, starter } = options;
  return async function redrive(eventIds: readonly string[], redriveId?: string): Promise<Reopened[]> {
    const all: Reopened[] = [];
    for (let index = 0; index < eventIds.length; index += eventsPerTransaction) {
      const chunk = eventIds.slice(index, index + eventsPerTransaction);
      const reopened = await reopenEvents(
        queries,
        chunk,
        redriveId === undefined ? undefined : { id: redriveId, firstTurn: index },
      );
      await starter.start(
        reopened.flatMap(({ start }) => start ?? []),
        'redrive',
      );
      all.push(...reopened);
    }
    return all;
  };
}

export type Redrive = ReturnType<typeof createRedrive>;
