import type { CompanyMove } from '../../buyer-groups/moves.ts';
import { priorityOf } from '../../buyer-groups/priority.ts';
import { readTitle } from '../../buyer-groups/title/read-title.ts';
import { readDomains } from '../../db/buyer-groups/companies.ts';
import { requestRefresh } from '../../db/buyer-groups/requests.ts';
import { type EventRun, type OpenEvent, readForDecision } from '../../db/event-steps.ts';
import { plannedByNobody } from '../../domain/decision.ts';
import { type RoleChange, roleChangeOf } from '../../domain/role-change.ts';
import { eventLabels } from '../../intake/event-labels.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { openEvent } from '../open-event.ts';
import { createStoreDecision } from '../store-decision.ts';
import { createNoteMoves, type NotedMove } from './note-moves.ts';

export type ChangeRecorded =
  /** Only the person's id is known: what changed, or who it is, has to be read first. */
  | { state: 'thin' }
  /** The refreshes that it went into; none where it names no company. */
  | { state: 'recorded'; outcome: 'acted' | 'coalesced' | 'no_action'; jobIds: string[] };

/** Notes what a role change means for the companies that it names, and has their groups refreshed. */
export function createRecordChange(dependencies: ActivityDependencies) {
  const { queries, keyring, log } = dependencies;
  const noteMoves = createNoteMoves(dependencies);
  const askForRefreshes = createAskForRefreshes(dependencies);
  const storeDecision = createStoreDecision(dependencies);

  return async function recordChange(run: EventRun): Promise<ChangeRecorded> {
    const opened = openEvent(await readForDecision(queries, run), keyring);
    const { row, event, facts } = opened;
    const change = facts.roleChange ?? roleChangeOf(event);
    // Lusha's signals name nobody: by its id the person is found that a group may know.
    const isNameless = row.source === 'lusha' && change?.person.name === undefined && !facts.roleChange;
    if (change && (change.isThin || isNameless)) return { state: 'thin' };
    const noted = change ? await noteMoves(run, opened, change) : [];
    const jobs = change ? await askForRefreshes(row, change, noted) : [];
    await storeDecision(run, opened, plannedByNobody(reasonFor(noted), [], new Date()));
    const outcome =
      jobs.length === 0 ? 'no_action' : jobs.some(({ isCoalesced }) => !isCoalesced) ? 'acted' : 'coalesced';
    const jobIds = jobs.map(({ jobId }) => jobId);
    log.info({ ...eventLabels(row), outcome, job_ids: jobIds }, 'role change recorded');
    return { state: 'recorded', outcome, jobIds };
  };
}

/** Has the group of each company refreshed, as urgently as what happened there is. */
function createAskForRefreshes({ queries, wakeCompany, buyerGroups, metrics }: ActivityDependencies) {
  const { targetFunctions, targetAccounts, enrichmentLevel: level, windowSeconds } = buyerGroups;

  const urgencyOf = ({ title: name }: RoleChange, { move }: CompanyMove, domain: string | undefined) =>
    priorityOf({
      title: readTitle(name),
      move,
      isTargetAccount: domain !== undefined && targetAccounts.includes(domain),
      targetFunctions,
    });

  return async function askForRefreshes(
    { id: eventId, tenantId }: OpenEvent,
    change: RoleChange,
    moves: readonly NotedMove[],
  ): Promise<{ jobId: string; isCoalesced: boolean }[]> {
    if (moves.length === 0) return [];
    const domains = await readDomains(
      queries,
      moves.map(({ companyId }) => companyId),
    );
    const jobs: { jobId: string; isCoalesced: boolean }[] = [];
    for (const move of moves) {
      const { companyId, jobId, isNew, isCoalesced } = await requestRefresh(queries, {
        tenantId,
        companyId: move.companyId,
        priority: urgencyOf(change, move, domains.get(move.companyId)),
        level,
        isForced: false,
        windowMs: windowSeconds * 1_000,
        eventId,
        move: move.move,
        requestedBy: null,
        requester: null,
      });
      jobs.push({ jobId, isCoalesced });
      if (isNew) metrics.jobsEnqueued.inc();
      if (isCoalesced) metrics.jobsCoalesced.inc();
      if (isNew) await wakeCompany({ id: companyId, tenantId }, jobId);
    }
    return jobs;
  };
}

const reasonFor = (moves: readonly CompanyMove[]): string =>
  moves.length === 0
    ? 'It names no company whose group could be refreshed.'
    : `A role change refreshes the buyer groups of the companies that it names: ${moves.map(({ move }) => move).join(', ')}.`;
