import { activityInfo } from '@temporalio/activity';
import { worksThere } from '../../buyer-groups/works-there.ts';
import { readKnownCompany } from '../../db/buyer-groups/known-company.ts';
import { type Job, noteProgress, replaceGaps } from '../../db/buyer-groups/jobs.ts';
import { noteSighting } from '../../db/buyer-groups/sightings.ts';
import type { EventRun } from '../../db/event-steps.ts';
import type { DirectoryAnswer } from '../../domain/provider-answers.ts';
import type { Gap } from '../../domain/refresh.ts';
import { withLivingKeys } from '../../intake/with-living-keys.ts';
import type { DataKey } from '../../privacy/keyring.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { askEach } from './ask-each.ts';
import { createDirectoryAnswers } from './directory-answers.ts';
import { createCandidates, type OpenCandidate } from './candidates.ts';
import { createJobOf } from './job-of.ts';
import { createKeepSeen } from './keep-seen.ts';
import { listEverybody } from './list-everybody.ts';
import { createPaidCalls } from './paid-calls.ts';
import { directorySource, Namesakes } from './person-keys.ts';

/**
 * Reads who works at the company: lists them, and reads each, first those who are in the group. Each answer is kept as soon as it comes, so
 * that a step that is done again pays for what is missing only.
 */
export function createDiscoverMembers(dependencies: ActivityDependencies) {
  const { queries, keyring, ports, policy, buyerGroups, metrics, log } = dependencies;
  const jobOf = createJobOf(dependencies);
  const candidatesOf = createCandidates(dependencies);
  const pay = createPaidCalls(dependencies);
  const seen = createKeepSeen(dependencies);
  const cache = createDirectoryAnswers(dependencies);
  const call = { timeoutMs: policy.act.callTimeoutMs };
  const windowMs = buyerGroups.windowSeconds * 1_000;

  /** Keeps an answer before anything else is done with it; the key of the person, unless it is nobody, or nobody who may be known. */
  async function kept(
    job: Job,
    id: string,
    { value, fetchedAt }: { value: DirectoryAnswer; fetchedAt: Date },
    namesakes: Namesakes,
  ): Promise<DataKey | undefined> {
    const person = value && (await seen.keyOf(job.tenantId, value, namesakes));
    const key = person ?? (await keyring.keyFor(job.tenantId, { kind: 'tenant' }));
    await cache.keep(job.tenantId, id, { key, value: person ? value : null, fetchedAt });
    return person ?? undefined;
  }

  /** Those of the group whom the directory does not list any more. What an event told later than it had seen them holds. */
  async function noteAbsent(job: Job, members: readonly OpenCandidate[], listed: ReadonlySet<string>): Promise<void> {
    for (const { personId, known, member } of members) {
      if (!member?.sources.includes(directorySource) || listed.has(known.directoryId ?? '')) continue;
      if ((member.movedAtMs ?? 0) > (member.lastSeenAtMs ?? 0)) continue;
      await noteSighting(queries, job.id, { personId, sources: [], lookedAt: null });
    }
  }

  return async function discoverMembers(run: EventRun): Promise<void> {
    const job = await jobOf(run);
    const company = await readKnownCompany(queries, job.companyId, buyerGroups.freshDays);
    const directory = ports.companies;
    if (!company?.directoryId || !directory) return;
    const candidates = await candidatesOf(job);
    const members = candidates.filter(({ member }) => member !== null && member.leftAtMs === null);
    const placeOf = (id: string) => {
      const place = candidates.find(({ personId }) => personId === id)?.member;
      const wasTold = place?.sources.includes('event') === true;
      return { wasTold, wasSeen: place?.sources.includes(directorySource) === true && place.leftAtMs === null };
    };
    const namesakes = new Namesakes(candidates);
    const listed = await listEverybody(directory, company.directoryId, call);
    const inGroup = new Set(members.map(({ known }) => known.directoryId));
    const chosen = [
      ...listed.ids.filter((id) => inGroup.has(id)),
      ...listed.ids.filter((id) => !inGroup.has(id)),
    ].slice(0, buyerGroups.maxPeople);
    const cached = await cache.recall(job.tenantId, chosen);
    // Who is listed here, and was somewhere else when it was paid for, has moved since; within the company's hour it is the directory that errs.
    for (const [id, { value, fetchedAt }] of cached)
      if (value && !worksThere(value, company).isThere && Date.now() - fetchedAt.getTime() > windowMs)
        cached.delete(id);
    metrics.providerCalls.inc({ provider: 'CoreSignal', result: 'cached' }, cached.size);
    let done = 0;
    const keep = async (id: string): Promise<void> => {
      const before = cached.get(id);
      const fetchedAt = new Date();
      const value = before ? before.value : await pay(job, 'CoreSignal', () => directory.readMember(id, call));
      let tries = 0;
      await withLivingKeys(keyring, async () => {
        tries += 1;
        // What was kept of somebody who was erased meanwhile is gone with the key.
        if (before && tries > 1) return;
        const key = before ? before.value && before.key : await kept(job, id, { value, fetchedAt }, namesakes);
        if (value && key) await seen.keepSeen(job, key, value, { company, ...placeOf(key.id) });
      });
      done += 1;
      await noteProgress(queries, job.id, 'discover', 20 + (40 * done) / chosen.length);
    };
    for (const id of chosen.filter((each) => cached.has(each))) await keep(id);
    const asked = await askEach(
      chosen.filter((id) => !cached.has(id)),
      keep,
    );
    const isEmptied = listed.ids.length === 0 && inGroup.size > 0;
    if (listed.isComplete && !isEmptied) await noteAbsent(job, members, new Set(listed.ids));
    const more = listed.ids.length - chosen.length;
    const gaps: Gap[] = [
      ...[...asked.unanswered].map(([why, people]) => ({ step: 'discover' as const, class: why, people })),
      // A whole company does not leave at once: a directory has lost it.
      ...(isEmptied ? [{ step: 'discover' as const, class: 'NobodyListed', people: inGroup.size }] : []),
      ...(more > 0 || !listed.isComplete ? [{ step: 'discover' as const, class: 'MorePeople', people: more }] : []),
    ];
    await replaceGaps(queries, job.id, 'discover', gaps);
    log.info(
      { job_id: job.id, attempt: activityInfo().attempt, people: done, gaps: gaps.map((gap) => gap.class) },
      'people of a company read',
    );
    if (asked.failure) throw asked.failure;
  };
}
