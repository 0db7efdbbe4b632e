import { groupAfter, type GroupAfter } from '../../buyer-groups/group-after.ts';
import { cohesion, groupConfidence } from '../../buyer-groups/scores.ts';
import {
  type ChangeToSave,
  lockForSaving,
  type MemberToSave,
  saveChanges,
  saveLeft,
  saveMembers,
  saveResult,
} from '../../db/buyer-groups/group.ts';
import { readMissed } from '../../db/buyer-groups/missed.ts';
import type { EventRun } from '../../db/event-steps.ts';
import { inTransaction, type Transaction } from '../../db/transaction.ts';
import { goneBecause } from '../../domain/buyer-group.ts';
import type { Gap, JobResult } from '../../domain/refresh.ts';
import { withLivingKeys } from '../../intake/with-living-keys.ts';
import { sealedTitle, sealedTitles } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { superseded } from '../open-event.ts';
import { createCandidates, type OpenCandidate } from './candidates.ts';

export interface GroupSaved {
  /** There is something to tell. */
  hasNews: boolean;
  result: JobResult;
}

/** Saves the group that a run found, with what changed, in one transaction; done again it answers with what it saved. */
export function createSaveGroup({ queries, keyring, log }: Pick<ActivityDependencies, 'queries' | 'keyring' | 'log'>) {
  async function save(transaction: Transaction, run: EventRun): Promise<JobResult> {
    const job = await lockForSaving(transaction, run);
    if (!job) throw superseded();
    if (job.result) return job.result;
    const candidates = await createCandidates({ queries: transaction, keyring })(job);
    const after = groupAfter(candidates, {
      // Whom another company brought along when it was merged meanwhile was not looked for.
      isPartial: mayMiss(job.gaps) || job.hasMerged,
      before: job.gapsBefore && { isPartial: mayMiss(job.gapsBefore) },
    });
    const byId = new Map(candidates.map((each) => [each.personId, each]));
    const of = (personId: string) => byId.get(personId);
    const { joined, left } = after.changes;
    const joinedIds = new Set(joined.map(({ personId }) => personId));
    const present = after.present.flatMap(({ personId }) => of(personId) ?? []);
    await saveMembers(
      transaction,
      job.companyId,
      present.map((each) => memberOf(each, joinedIds.has(each.personId))),
    );
    await saveLeft(
      transaction,
      job.companyId,
      left.map(({ personId }) => personId),
      goneBecause,
    );
    await saveChanges(transaction, job, changesOf(after, of));
    const result = resultOf(
      after,
      present,
      after.changes.unconfirmed.flatMap(({ personId }) => of(personId) ?? []),
      job.gaps,
    );
    await saveResult(transaction, job, result);
    return result;
  }

  return async function saveGroup(run: EventRun): Promise<GroupSaved> {
    const result = await withLivingKeys(keyring, () => inTransaction(queries, (transaction) => save(transaction, run)));
    const { changes, ...numbers } = result;
    log.info({ job_id: run.eventId, ...numbers, ...changes }, 'buyer group saved');
    const hasChanged = Object.values(changes).some((count) => count > 0);
    return { hasNews: hasChanged || (await readMissed(queries, run.eventId)).runs.length > 0, result };
  };
}

/** Somebody may be missing: of those who were seen everybody is there, reached or not. */
const mayMiss = (gaps: readonly Gap[]): boolean => gaps.some(({ step }) => step !== 'enrich');

function memberOf(candidate: OpenCandidate, hasJoined: boolean): MemberToSave {
  const { personId, key, title, role, because, functions, seniority, confidence, seenBy } = candidate;
  const sources = seenBy ?? [];
  const isSeen = sources.some((source) => source !== 'event');
  const titleSealed = title ? sealedTitle.seal(key, personId, title).toString('hex') : null;
  return { personId, role, because, functions, seniority, confidence, sources, titleSealed, hasJoined, isSeen };
}

function changesOf({ changes, told }: GroupAfter, of: (personId: string) => OpenCandidate | undefined): ChangeToSave[] {
  const none = { fromRole: null, toRole: null, titlesSealed: null };
  const change = (kind: string, personId: string, more: Partial<ChangeToSave>): ChangeToSave => ({
    ...none,
    personId,
    kind,
    isTold: told.has(`${kind}:${personId}`),
    ...more,
  });
  return [
    ...changes.joined.map(({ personId, role }) => change('joined', personId, { toRole: role })),
    ...changes.found.map(({ personId, role }) => change('found', personId, { toRole: role })),
    ...changes.left.map(({ personId, role }) => change('left', personId, { fromRole: role })),
    ...changes.roleChanged.map(({ personId, from, to }) =>
      change('role_changed', personId, { fromRole: from, toRole: to }),
    ),
    ...changes.titleChanged.flatMap(({ personId, from, to }) => {
      const key = of(personId)?.key;
      const titles = key && sealedTitles.seal(key, personId, { from, to });
      return titles ? [change('title_changed', personId, { titlesSealed: titles.toString('hex') })] : [];
    }),
  ];
}

function resultOf(
  { changes }: GroupAfter,
  present: readonly OpenCandidate[],
  unconfirmed: readonly OpenCandidate[],
  gaps: readonly Gap[],
): JobResult {
  // Whom the run did not see stays as the last one judged them.
  const members = [...present, ...unconfirmed.flatMap(({ member }) => member ?? [])];
  const isPartial = gaps.length > 0;
  return {
    members: members.length,
    confidence: groupConfidence(members, isPartial),
    cohesion: cohesion(members),
    isPartial,
    changes: {
      joined: changes.joined.length,
      found: changes.found.length,
      left: changes.left.length,
      titleChanged: changes.titleChanged.length,
      roleChanged: changes.roleChanged.length,
    },
  };
}
