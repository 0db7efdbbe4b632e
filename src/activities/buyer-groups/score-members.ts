import { roleOf } from '../../buyer-groups/role.ts';
import { memberConfidence } from '../../buyer-groups/scores.ts';
import { addressAt, standingMove } from '../../buyer-groups/standing.ts';
import { readTitle } from '../../buyer-groups/title/read-title.ts';
import { readDomainsOf } from '../../db/buyer-groups/company-domains.ts';
import { type Job, noteProgress } from '../../db/buyer-groups/jobs.ts';
import { type Judged, keepJudged } from '../../db/buyer-groups/sightings.ts';
import { joinTwins } from '../../db/buyer-groups/twins.ts';
import type { EventRun } from '../../db/event-steps.ts';
import { mergePerson } from '../../domain/known-person.ts';
import { withLivingKeys } from '../../intake/with-living-keys.ts';
import { sealedPerson, sealedTitle } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createCandidates, type OpenCandidate } from './candidates.ts';
import { findTwins } from './find-twins.ts';
import { createJobOf } from './job-of.ts';
import { isOnlyTold } from './person-keys.ts';

/** Judges everybody whom the run saw, and those of whom only events told; a person whom both told of is one from here on. */
export function createScoreMembers(dependencies: ActivityDependencies) {
  const { queries, keyring, buyerGroups } = dependencies;
  const jobOf = createJobOf(dependencies);
  const candidatesOf = createCandidates(dependencies);

  async function joinAll(job: Job, candidates: readonly OpenCandidate[]): Promise<boolean> {
    const twins = findTwins(candidates);
    for (const { from, to } of twins) {
      const isNews = (from.member?.movedAtMs ?? 0) > (to.lookedAtMs ?? to.member?.lastSeenAtMs ?? 0);
      const { title, ...others } = from.known;
      const told = { ...others, ...to.known, emails: others.emails, phones: others.phones };
      const seal = (before: Buffer | undefined) => {
        const known = before && sealedPerson.open(to.key, to.personId, before);
        const merged = mergePerson(known, { ...told, ...(isNews && title !== undefined && { title }) });
        return sealedPerson.seal(to.key, to.personId, merged);
      };
      const toldTitle = from.member?.toldTitleSealed ? from.title : null;
      const titleSealed = toldTitle === null ? null : sealedTitle.seal(to.key, to.personId, toldTitle);
      await joinTwins(queries, job, { from: from.personId, to: to.personId, seal, titleSealed });
    }
    return twins.length > 0;
  }

  function judged(candidate: OpenCandidate, domains: readonly string[], nowMs: number): Judged[] {
    const { personId, known, member, titleBefore } = candidate;
    const isTold = candidate.seenBy === null && isOnlyToldHere(candidate);
    const sources = isTold ? ['event'] : (candidate.seenBy ?? []);
    if (sources.length === 0) return [];
    const { move = null, movedAtMs = null } = member ?? {};
    // Whoever tells of a move has looked, too.
    const toldAtMs = sources.includes('event') && move !== 'left' ? movedAtMs : null;
    const lookedAtMs = latest(candidate.lookedAtMs, toldAtMs);
    const title = readTitle(candidate.title ?? (isOnlyTold(candidate) ? (titleBefore ?? undefined) : undefined));
    const verdict = roleOf({
      title,
      move: standingMove({ move, movedAtMs }, { lookedAtMs: candidate.lookedAtMs, nowMs }),
      targetFunctions: buyerGroups.targetFunctions,
    });
    const confidence = memberConfidence({
      sources: sources.length,
      ageDays: lookedAtMs === null ? null : (nowMs - lookedAtMs) / 86_400_000,
      hasFunction: title.function !== null,
      hasSeniority: title.seniority !== null,
      email: addressAt(known.emails, domains),
    });
    const { functions, seniority } = title;
    return [{ personId, sources, lookedAtMs, ...verdict, functions, seniority, confidence }];
  }

  return async function scoreMembers(run: EventRun): Promise<{ withPart: number }> {
    const job = await jobOf(run);
    const domains = await readDomainsOf(queries, job.companyId);
    return withLivingKeys(keyring, async () => {
      const found = await candidatesOf(job);
      const candidates = (await joinAll(job, found)) ? await candidatesOf(job) : found;
      const now = Date.now();
      const all = candidates.flatMap((candidate) => judged(candidate, domains, now));
      await keepJudged(queries, job.id, all);
      await noteProgress(queries, job.id, 'score', 65);
      return { withPart: all.filter(({ role }) => role !== null).length };
    });
  };
}

const latest = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

/** In the group on the word of an event alone, and still there. */
const isOnlyToldHere = ({ member }: OpenCandidate): boolean =>
  member?.sources.join() === 'event' && member.leftAtMs === null;
