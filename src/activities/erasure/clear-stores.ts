import { blankViolations, clearRows, readSealedViolations, type SealedViolation } from '../../db/clear-person.ts';
import { countRemoved, readErasedEvents } from '../../db/erasures.ts';
import type { EventRun } from '../../db/event-steps.ts';
import { leadCopiesIn } from '../../connectors/lead-copies.ts';
import { namesOneOf } from '../../privacy/finds-one-of.ts';
import { openViolation } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createPersonOf } from './person-of.ts';

const atOnce = 500;
const lowestId = '00000000-0000-0000-0000-000000000000';

/** Takes the person out of every store of ours. Each step may be repeated: what is gone is not found again. */
export function createClearStores(dependencies: ActivityDependencies) {
  const { queries, keyring, hasher, ports, log } = dependencies;
  const { leftOf } = createPersonOf(dependencies);

  /** What did not fit is sealed under the tenant's key, since it may name anybody: all of it is opened and looked through. */
  async function clearViolations(
    run: EventRun,
    { tenantId, until, names }: { tenantId: string; until: Date; names: (raw: string) => boolean },
  ): Promise<void> {
    for (let after = lowestId; ;) {
      const rows = await readSealedViolations(queries, { tenantId, until, after, limit: atOnce });
      const naming = rows.filter((row) => names(rawOf(row) ?? '')).map(({ id }) => id);
      await blankViolations(queries, run.eventId, naming);
      const last = rows.at(-1);
      if (!last || rows.length < atOnce) return;
      after = last.id;
    }
  }

  /** One that does not open says nothing to anybody else either. */
  function rawOf({ id, keyId, wrappedKey, sealed }: SealedViolation): string | undefined {
    try {
      return openViolation(keyring.unwrap({ id: keyId, wrapped: wrappedKey }).key, id, sealed).toString('utf8');
    } catch {
      log.warn({ violation_id: id }, 'a refused event does not open, and was not looked through');
      return undefined;
    }
  }

  async function idsInChunks(run: EventRun): Promise<string[][]> {
    const ids = (await readErasedEvents(queries, run.eventId)).map(({ id }) => id);
    return Array.from({ length: Math.ceil(ids.length / atOnce) }, (_, index) =>
      ids.slice(index * atOnce, (index + 1) * atOnce),
    );
  }

  return {
    async clearDatabase(run: EventRun): Promise<void> {
      const { tenantId, erasedAt, person } = await leftOf(run);
      const { emails, phones, aliases, contactIds, directoryIds } = person;
      const hashed = (where: string, ids: readonly string[]) =>
        ids.map((id) => hasher.hash('object', [tenantId, where, id]));
      const objects = [...hashed('contact', contactIds), ...hashed('coresignal', directoryIds)];
      await clearRows(queries, { erasureId: run.eventId, tenantId, emails, phones, aliases, objects });
      await clearViolations(run, { tenantId, until: erasedAt, names: namesOneOf(emails, phones) });
    },

    /** Of leads, wherever they were copied to; a copy that is away keeps no other from being cleared. */
    async clearCopies(run: EventRun, call: { timeoutMs: number }): Promise<void> {
      const chunks = await idsInChunks(run);
      const cleared = leadCopiesIn(ports).map(async (store) => {
        let removed = 0;
        for (const ids of chunks) removed += await store.erase(ids, call);
        await countRemoved(queries, run.eventId, { [store.name]: removed });
      });
      for (const each of await Promise.allSettled(cleared)) if (each.status === 'rejected') throw each.reason;
    },
  };
}
