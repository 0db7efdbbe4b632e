import { openErasure } from '../../db/erasures.ts';
import type { EventRun } from '../../db/event-steps.ts';
import { readOpenEvents } from '../../db/person.ts';
import { eventLabels } from '../../intake/event-labels.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createPersonOf } from './person-of.ts';

const eventsAtOnce = 500;
const cancelLimitMs = 2_000;

/** Ends what waits to be begun for the person, and asks what runs to end. What is missed here ends when the keys are gone. */
export function createShutGate(dependencies: ActivityDependencies) {
  const { queries, finish, cancelWorkflow, log } = dependencies;
  const { openErasureEvent, personOf } = createPersonOf(dependencies);

  return async function shutGate(run: EventRun): Promise<{ ended: number; canceled: number }> {
    const { row, requestedBy } = await openErasureEvent(run);
    await openErasure(queries, { id: row.id, tenantId: row.tenantId, requestedBy });
    const open = await readOpenEvents(queries, await personOf(run), eventsAtOnce);
    // One in a batch is not canceled, since others are in it: it ends with the keys.
    const running = open.filter(({ state, batchId }) => state === 'running' && batchId === null);
    for (const event of running) await cancelWorkflow(event, Date.now() + cancelLimitMs);
    const waiting = open.filter(({ state }) => state === 'accepted');
    for (const { id, generation, lane } of waiting)
      await finish({ id, generation, lane, outcome: 'erased', settle: true });
    log.info({ ...eventLabels(row), ended: waiting.length, canceled: running.length }, 'gate shut for the person');
    return { ended: waiting.length, canceled: running.length };
  };
}
