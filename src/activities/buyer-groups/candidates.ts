import { type Candidate, readCandidates } from '../../db/buyer-groups/sightings.ts';
import type { Queries } from '../../db/database.ts';
import type { KnownPerson } from '../../domain/known-person.ts';
import { sealedPerson, sealedTitle } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** Somebody of a company, with all that is known. */
export interface OpenCandidate extends Candidate {
  key: Buffer;
  known: KnownPerson;
  /** As the last run saw it, or as the event told it by which the person came into the group. */
  titleBefore: string | null;
}

/** Everybody whom a run saw, and everybody who is or was in the group. */
export function createCandidates({
  queries,
  keyring,
}: Pick<ActivityDependencies, 'keyring'> & { queries: Pick<Queries, 'execute'> }) {
  return async function candidates(job: { id: string; companyId: string }): Promise<OpenCandidate[]> {
    const rows = await readCandidates(queries, job);
    return rows.map((row) => {
      const { personId, wrappedKey, sealed, member } = row;
      const { key } = keyring.unwrap({ id: personId, wrapped: wrappedKey });
      const title = member?.titleSealed ?? null;
      return {
        ...row,
        key,
        known: sealedPerson.open(key, personId, sealed),
        titleBefore:
          title === null ? null : sealedTitle.open(key, `${job.companyId}:${personId}`, Buffer.from(title, 'hex')),
      };
    });
  };
}
