import { type CompanyMove, movesOf } from '../../buyer-groups/moves.ts';
import { priorityOf } from '../../buyer-groups/priority.ts';
import { readTitle } from '../../buyer-groups/title/read-title.ts';
import { findOrAddCompany, readDomains } from '../../db/buyer-groups/companies.ts';
import { type KnownBefore, recordMoves } from '../../db/buyer-groups/moves.ts';
import { requestRefresh } from '../../db/buyer-groups/requests.ts';
import { type EventRun, readForDecision } from '../../db/event-steps.ts';
import { plannedByNobody } from '../../domain/decision.ts';
import { type RoleChange, roleChangeOf } from '../../domain/role-change.ts';
import { type KnownPerson, mergePerson } from '../../domain/known-person.ts';
import { eventLabels } from '../../intake/event-labels.ts';
import { sealedPerson, sealedTitle } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { openEvent, superseded } from '../open-event.ts';
import { createStoreDecision } from '../store-decision.ts';

export type ChangeRecorded =
  /** Only the person's id is known: what changed, or who it is, has to be read first. */
  | { state: 'thin' }
  /** The refreshes that it went into; none where it names no company. */
  | { state: 'recorded'; outcome: 'acted' | 'coalesced' | 'no_action'; jobIds: string[] };

/** Notes what a role change means for the companies that it names, and has their groups refreshed. */
export function createRecordChange(dependencies: ActivityDependencies) {
  const { queries, keyring, wakeCompany, buyerGroups, metrics, log } = dependencies;
  const { targetFunctions, targetAccounts, enrichmentLevel: level } = buyerGroups;
  const storeDecision = createStoreDecision(dependencies);

  const urgencyOf = ({ title: name }: RoleChange, { move }: CompanyMove, domain: string | undefined) =>
    priorityOf({
      title: readTitle(name),
      move,
      isTargetAccount: domain !== undefined && targetAccounts.includes(domain),
      targetFunctions,
    });

  return async function recordChange(run: EventRun): Promise<ChangeRecorded> {
    const opened = openEvent(await readForDecision(queries, run), keyring);
    const { row, key, event, facts } = opened;
    const change = facts.roleChange ?? roleChangeOf(event);
    // Lusha's signals name nobody: by its id the person is found that a group may know.
    const isNameless = row.source === 'lusha' && change?.person.name === undefined && !facts.roleChange;
    if (change && (change.isThin || isNameless)) return { state: 'thin' };
    const moves = change ? movesOf(change) : [];
    const personId = row.keyId ?? '';
    const jobs: { id: string; isCoalesced: boolean }[] = [];
    if (change && moves.length > 0) {
      const at = happenedAt(change.since, event.firedAt);
      const all = await Promise.all(
        moves.map(async ({ company, move }) => {
          const companyId = await findOrAddCompany(queries, row.tenantId, { source: row.source, ...company });
          const title = move === 'left' ? undefined : change.title;
          return {
            companyId,
            company,
            move,
            at,
            titleSealed: title === undefined ? null : sealedTitle.seal(key, personId, title),
          };
        }),
      );
      // Whoever left a company for what is the same one has not left it.
      const told = [...new Map(all.map((each) => [each.companyId, each])).values()];
      const seal = ({ sealed, isLate }: KnownBefore) => {
        const known = sealed && sealedPerson.open(key, personId, sealed);
        return sealedPerson.seal(key, personId, mergePerson(known, toldOf(change, moves, known, isLate)));
      };
      if (!(await recordMoves(queries, run, { id: personId, seal }, told))) throw superseded();
      const domains = await readDomains(
        queries,
        told.map(({ companyId }) => companyId),
      );
      for (const { companyId, ...move } of told) {
        const requested = await requestRefresh(queries, {
          tenantId: row.tenantId,
          companyId,
          priority: urgencyOf(change, move, domains.get(companyId)),
          level,
          isForced: false,
          windowMs: buyerGroups.windowSeconds * 1_000,
          eventId: row.id,
          move: move.move,
          requestedBy: null,
          requester: null,
        });
        jobs.push({ id: requested.jobId, isCoalesced: requested.isCoalesced });
        if (requested.isNew) metrics.jobsEnqueued.inc();
        if (requested.isCoalesced) metrics.jobsCoalesced.inc();
        if (requested.isNew) await wakeCompany({ id: requested.companyId, tenantId: row.tenantId }, requested.jobId);
      }
    }
    await storeDecision(run, opened, plannedByNobody(reasonFor(moves), [], new Date()));
    const outcome =
      jobs.length === 0 ? 'no_action' : jobs.some(({ isCoalesced }) => !isCoalesced) ? 'acted' : 'coalesced';
    const jobIds = jobs.map(({ id }) => id);
    log.info({ ...eventLabels(row), outcome, job_ids: jobIds }, 'role change recorded');
    return { state: 'recorded', outcome, jobIds };
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

const reasonFor = (moves: readonly CompanyMove[]): string =>
  moves.length === 0
    ? 'It names no company whose group could be refreshed.'
    : `A role change refreshes the buyer groups of the companies that it names: ${moves.map(({ move }) => move).join(', ')}.`;
