import { type Candidate, readCandidates } from '../../db/buyer-groups/sightings.ts';
import type { Queries } from '../../db/database.ts';
import type { KnownPerson } from '../../domain/known-person.ts';
import { sealedPerson, sealedTitle } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** Somebody of a company, with all that is known. */
export interface OpenCandidate extends Candidate {
  key: Buffer;
  known: KnownPerson;
  /** Held there, as far as somebody told; else the one by which the person is known. */
  title: string | null;
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
      const open = (title: string | null | undefined) =>
        title == null ? null : sealedTitle.open(key, personId, Buffer.from(title, 'hex'));
      const known = sealedPerson.open(key, personId, sealed);
      return {
        ...row,
        key,
        known,
        title: heldThere(row, open) ?? known.title ?? null,
        titleBefore: open(member?.titleSealed),
      };
    });
  };
}

/** What an event told with a move holds until a provider has looked after it. */
function heldThere(
  { member, lookedAtMs, seenTitleSealed }: Candidate,
  open: (title: string | null | undefined) => string | null,
): string | null {
  const seen = open(seenTitleSealed);
  const told = open(member?.toldTitleSealed);
  const isSeenLater = lookedAtMs !== null && lookedAtMs > (member?.movedAtMs ?? 0);
  return isSeenLater ? (seen ?? told) : (told ?? seen);
}
