import { worksThere, type Workplace } from '../../buyer-groups/works-there.ts';
import { forgetPerson, keepPerson, readLastMove } from '../../db/buyer-groups/people.ts';
import type { Job } from '../../db/buyer-groups/jobs.ts';
import { noteSighting } from '../../db/buyer-groups/sightings.ts';
import { type KnownPerson, mergePerson } from '../../domain/known-person.ts';
import type { DirectoryAnswer } from '../../domain/provider-answers.ts';
import type { DataKey } from '../../privacy/keyring.ts';
import { sealedPerson, sealedTitle } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { addressOf, createPersonKeys, directorySource, type Namesakes } from './person-keys.ts';

type Record = NonNullable<DirectoryAnswer>;

/** Keeps what the directory told of somebody: the person, and that a run saw them at the company, or did not any more. */
export function createKeepSeen(dependencies: ActivityDependencies) {
  const { queries, keyring } = dependencies;
  const personKeys = createPersonKeys(dependencies);

  const keep = (tenantId: string, { id, key }: DataKey, told: KnownPerson, isNews: boolean) =>
    keepPerson(queries, { id, tenantId }, (before) => {
      const known = before && sealedPerson.open(key, id, before);
      // A directory that looked before the last role change tells of what was before it.
      const title = isNews ? undefined : known?.title;
      return sealedPerson.seal(key, id, mergePerson(known, { ...told, ...(title !== undefined && { title }) }));
    });

  return {
    /** The key of the person; `undefined`: erased, and nothing is kept. */
    async keyOf(tenantId: string, record: Record, namesakes: Namesakes): Promise<DataKey | undefined> {
      const { id, name } = record;
      const key = await personKeys.keyOf(tenantId, { id, name, email: addressOf(record.email) }, namesakes);
      const known = key ? undefined : await personKeys.knownBy(tenantId, id);
      if (known) await forgetPerson(queries, known.id);
      if (known) keyring.forget();
      return key;
    },

    /** `wasSeen`: the directory had told of the person at this company before. */
    async keepSeen(
      job: Job,
      key: DataKey,
      record: Record,
      { company, wasSeen, wasTold }: { company: Workplace; wasSeen: boolean; wasTold: boolean },
    ): Promise<void> {
      const { isThere, title } = worksThere(record, company);
      if (!isThere && !wasSeen) return;
      const lookedMs = record.updatedAt === null ? Number.NaN : Date.parse(record.updatedAt);
      const lookedAt = Number.isNaN(lookedMs) ? null : new Date(lookedMs);
      if (isThere) {
        const email = addressOf(record.email);
        const told: KnownPerson = {
          name: record.name,
          ...(title !== null && { title }),
          ...(record.profileUrl !== null && { profileUrl: record.profileUrl }),
          emails: email === undefined ? [] : [email],
          phones: [],
          directoryId: record.id,
        };
        const lastMove = await readLastMove(queries, key.id);
        await keep(job.tenantId, key, told, lastMove === null || (lookedAt !== null && lookedAt > lastMove));
      }
      const sources = isThere ? [directorySource, ...(wasTold ? ['event'] : [])] : [];
      const titleSealed = isThere && title !== null ? sealedTitle.seal(key.key, key.id, title) : null;
      await noteSighting(queries, job.id, { personId: key.id, sources, lookedAt, titleSealed });
    },
  };
}
