import type { EventRun } from '../../db/event-steps.ts';
import { readUnrest } from '../../db/person.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createPersonOf } from './person-of.ts';

const lookAgainMs = 500;

/** For how long to wait before the next look; 0: nothing runs for the person any more, nor can an attempt reach a provider. */
export function createAwaitQuiet(dependencies: ActivityDependencies) {
  const { openErasureEvent, personOf } = createPersonOf(dependencies);
  return async function quietIn(run: EventRun): Promise<{ waitMs: number }> {
    const person = await personOf(run);
    const { facts } = await openErasureEvent(run);
    const { open, leaseMs } = await readUnrest(dependencies.queries, run.eventId, person, facts.erasure?.aliases);
    return { waitMs: Math.max(open > 0 ? lookAgainMs : 0, leaseMs) };
  };
}
