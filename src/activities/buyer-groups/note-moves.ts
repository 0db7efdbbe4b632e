import { type CompanyMove, moveWithin, movesOf } from '../../buyer-groups/moves.ts';
import { findOrAddCompany } from '../../db/buyer-groups/companies.ts';
import { type KnownBefore, recordMoves } from '../../db/buyer-groups/moves.ts';
import type { EventRun } from '../../db/event-steps.ts';
import { type KnownPerson, mergePerson } from '../../domain/known-person.ts';
import type { RoleChange } from '../../domain/role-change.ts';
import { sealedPerson, sealedTitle } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { type openEvent, superseded } from '../open-event.ts';

/** What happened to somebody at a company that is known by now. */
export type NotedMove = CompanyMove & { companyId: string };

/** Notes who joined, left or has another title at the companies that a role change names, and what it tells of the person. */
export function createNoteMoves({ queries }: Pick<ActivityDependencies, 'queries'>) {
  return async function noteMoves(
    run: EventRun,
    { row, key, event }: ReturnType<typeof openEvent>,
    change: RoleChange,
  ): Promise<NotedMove[]> {
    const moves = movesOf(change);
    if (moves.length === 0) return [];
    const personId = row.keyId ?? '';
    const at = happenedAt(change.since, event.firedAt);
    const all = await Promise.all(
      moves.map(async ({ company, move }) => {
        const companyId = await findOrAddCompany(queries, row.tenantId, { source: row.source, ...company });
        const title = move === 'left' ? undefined : change.title;
        const titleSealed = title === undefined ? null : sealedTitle.seal(key, personId, title);
        return { companyId, company, move, at, titleSealed };
      }),
    );
    const seal = ({ sealed, isLate }: KnownBefore) => {
      const known = sealed && sealedPerson.open(key, personId, sealed);
      return sealedPerson.seal(key, personId, mergePerson(known, toldOf(change, moves, known, isLate)));
    };
    const noted = await recordMoves(queries, run, { id: personId, seal }, all, moveWithin(change));
    if (!noted) throw superseded();
    return noted;
  };
}

/** What comes in late is told of a time before: it adds what is not known. Whoever left has no title there any more. */
const toldOf = (
  { person, title }: RoleChange,
  moves: readonly CompanyMove[],
  known: KnownPerson | undefined,
  isLate: boolean,
): KnownPerson => ({
  ...(person.name !== undefined && { name: person.name }),
  ...(title !== undefined && moves.some(({ move }) => move !== 'left') && { title }),
  ...(person.profileUrl !== undefined && { profileUrl: person.profileUrl }),
  ...(isLate && known),
  emails: person.email === undefined ? [] : [person.email],
  phones: [],
});

/**
 * When it happened: a day or a time of somebody's working life as a source wrote it, else when it was told. A day says nothing of the order of
 * what happened on it.
 */
function happenedAt(since: string | undefined, firedAt: string): string {
  const ms = since === undefined ? Number.NaN : Date.parse(since);
  const isThatDay = since?.length === 10 && firedAt.startsWith(since);
  return ms > Date.UTC(1900, 0) && ms < Date.parse(firedAt) && !isThatDay ? new Date(ms).toISOString() : firedAt;
}
