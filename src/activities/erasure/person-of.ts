import { readErasure } from '../../db/erasures.ts';
import { type EventRun, readOpenEvent } from '../../db/event-steps.ts';
import type { Person } from '../../db/person.ts';
import { type ErasureFacts, wishOf } from '../../domain/erasure.ts';
import { namesAskedFor, personAskedFor } from '../../privacy/person-asked-for.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { openEvent } from '../open-event.ts';

/** An erasure that is under way. */
export function createPersonOf({
  queries,
  keyring,
  hasher,
  spellingsOf,
}: Pick<ActivityDependencies, 'queries' | 'keyring' | 'hasher' | 'spellingsOf'>) {
  async function openErasureEvent(run: EventRun) {
    const opened = openEvent(await readOpenEvent(queries, run), keyring);
    return { ...opened, ...wishOf(opened.event) };
  }

  /** Whom it is about. Once their keys are deleted it is nobody any more, lest somebody who came back is taken along. */
  async function personOf(run: EventRun): Promise<Person> {
    const { row, wish } = await openErasureEvent(run);
    const { tenantId } = row;
    const erasure = await readErasure(queries, tenantId, run.eventId);
    if (erasure?.erasedAt) return { tenantId, aliases: [], eventId: null };
    return personAskedFor(wish, { hasher, tenantId, spellingsOf });
  }

  /**
   * Whoever is not known has a key from here on, and whatever tells of them meanwhile needs it. Somebody who was erased before is given
   * none: it would say that they came back.
   */
  async function makeKnown(run: EventRun): Promise<void> {
    const { row, wish } = await openErasureEvent(run);
    if ((await readErasure(queries, row.tenantId, run.eventId))?.erasedAt) return;
    // One that is remembered may be gone.
    keyring.forget();
    for (const each of namesAskedFor(wish, spellingsOf)) await keyring.keyForCopy(row.tenantId, each);
  }

  /** What was left of them when their keys were deleted. */
  async function leftOf(run: EventRun): Promise<{ tenantId: string; erasedAt: Date; person: ErasureFacts }> {
    const { row, facts } = await openErasureEvent(run);
    const erasure = await readErasure(queries, row.tenantId, run.eventId);
    if (!facts.erasure || !erasure?.erasedAt) throw new Error('the keys of the person are not deleted yet');
    return { tenantId: row.tenantId, erasedAt: erasure.erasedAt, person: facts.erasure };
  }

  return { openErasureEvent, personOf, makeKnown, leftOf };
}
