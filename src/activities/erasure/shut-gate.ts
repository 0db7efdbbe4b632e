import { openErasure } from '../../db/erasures.ts';
import type { EventRun } from '../../db/event-steps.ts';
import { readOpenEvents } from '../../db/person.ts';
import { eventLabels } from '../../intake/event-labels.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createPersonOf } from './person-of.ts';

const eventsAtOnce = 500;
/** Of so many events at once; what is accepted meanwhile, again and again, ends when the keys are gone. */
const maxRounds = 100;
const cancelLimitMs = 5_000;

type GateDependencies = Pick<
  ActivityDependencies,
  'queries' | 'keyring' | 'hasher' | 'spellingsOf' | 'finish' | 'cancelWorkflow' | 'log'
>;

/**
 * Ends what waits to be begun for the person, and asks what runs to end. What is missed here ends when the keys are gone; who is not
 * known is given one, so that whatever tells of them from here on needs a key that goes.
 */
export function createShutGate(dependencies: GateDependencies) {
  const { queries, finish, cancelWorkflow, log } = dependencies;
  const { openErasureEvent, makeKnown, personOf } = createPersonOf(dependencies);

  return async function shutGate(run: EventRun): Promise<{ ended: number; canceled: number }> {
    const { row, requestedBy } = await openErasureEvent(run);
    await openErasure(queries, { id: row.id, tenantId: row.tenantId, requestedBy });
    await makeKnown(run);
    const person = await personOf(run);
    const ended = new Set<string>();
    const canceled = new Set<string>();
    for (let round = 0; round < maxRounds; round += 1) {
      const open = await readOpenEvents(queries, person, eventsAtOnce);
      const waiting = open.filter(({ id, state }) => state === 'accepted' && !ended.has(id));
      for (const { id, generation, lane } of waiting) {
        await finish({ id, generation, lane, outcome: 'erased', settle: true });
        ended.add(id);
      }
      // One in a batch is not canceled, since others are in it: it ends with the keys.
      const running = open.filter(
        ({ id, state, batchId }) => state === 'running' && batchId === null && !canceled.has(id),
      );
      await Promise.all(running.map((event) => cancelWorkflow(event, Date.now() + cancelLimitMs)));
      for (const { id } of running) canceled.add(id);
      if (waiting.length === 0 && running.length === 0) break;
    }
    log.info({ ...eventLabels(row), ended: ended.size, canceled: canceled.size }, 'gate shut for the person');
    return { ended: ended.size, canceled: canceled.size };
  };
}
