import { plainName } from '../../buyer-groups/works-there.ts';
import type { PeopleEnrichmentPort, PersonAnswer, PersonReference } from '../../connectors/ports.ts';
import { type Job, noteProgress, replaceGaps } from '../../db/buyer-groups/jobs.ts';
import { type KnownCompany, readKnownCompany } from '../../db/buyer-groups/known-company.ts';
import { forgetPerson, keepPerson } from '../../db/buyer-groups/people.ts';
import { addSource } from '../../db/buyer-groups/sightings.ts';
import type { EventRun } from '../../db/event-steps.ts';
import { mergePerson } from '../../domain/known-person.ts';
import type { ContactAnswer } from '../../domain/provider-answers.ts';
import type { EnrichmentLevel, Gap } from '../../domain/refresh.ts';
import { sealedObjects, sealedPerson } from '../../privacy/sealed-records.ts';
import { sqlState } from '../../db/errors.ts';
import { foreignKeyViolation } from '../../db/transaction.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { askEach } from './ask-each.ts';
import { createCachedAnswers } from './cached-answers.ts';
import { createCandidates, type OpenCandidate } from './candidates.ts';
import { createJobOf } from './job-of.ts';
import { createPaidCalls } from './paid-calls.ts';
import { addressOf, createPersonKeys } from './person-keys.ts';

/** Asks how those who have a part are reached, as far as that is not known and was not asked a short while ago. */
export function createEnrichMembers(dependencies: ActivityDependencies) {
  const { queries, keyring, ports, policy, buyerGroups, readPhone, metrics, log } = dependencies;
  const jobOf = createJobOf(dependencies);
  const candidatesOf = createCandidates(dependencies);
  const pay = createPaidCalls(dependencies);
  const { link } = createPersonKeys(dependencies);
  const cache = createCachedAnswers<ContactAnswer>(dependencies, {
    provider: 'lusha',
    objectType: 'person',
    sealed: sealedObjects.person,
  });
  const call = { timeoutMs: policy.act.callTimeoutMs };

  async function keepAnswer(job: Job, { personId, key }: OpenCandidate, answer: PersonAnswer, fetchedAt: Date) {
    const person = answer.kind === 'found' ? answer.person : undefined;
    const emails = (person?.emails ?? []).flatMap((email) => addressOf(email) ?? []);
    if (!(await link(job.tenantId, personId, emails))) {
      await forgetPerson(queries, personId);
      keyring.forget();
      return;
    }
    const { companyName = null, companyDomain = null } = person ?? {};
    await keepPerson(queries, { id: personId, tenantId: job.tenantId }, (before) => {
      const known = before && sealedPerson.open(key, personId, before);
      const told = {
        ...(known?.title === undefined && person?.title != null && { title: person.title }),
        ...(known?.name === undefined && person?.name != null && { name: person.name }),
        ...(known?.profileUrl === undefined && person?.profileUrl != null && { profileUrl: person.profileUrl }),
        emails,
        phones: (person?.phones ?? []).map((phone) => readPhone(phone) ?? phone),
        contact: answer.kind,
      };
      return sealedPerson.seal(key, personId, mergePerson(known, told));
    });
    const value = { kind: answer.kind, companyName, companyDomain };
    await cache.keep(job.tenantId, personId, { key: { id: personId, key }, value, fetchedAt });
  }

  /** Nothing is kept of somebody who was erased meanwhile. */
  async function ask(job: Job, people: PeopleEnrichmentPort, company: KnownCompany, candidate: OpenCandidate) {
    const fetchedAt = new Date();
    const told = await pay(job, 'Lusha', () => people.enrichPerson(referenceTo(candidate, company), call));
    const answer = isSomebodyElse(told, candidate, company) ? ({ kind: 'unknown' } as const) : told;
    try {
      await keepAnswer(job, candidate, answer, fetchedAt);
      if (answer.kind === 'found' && isAt(answer.person, company))
        await addSource(queries, job.id, candidate.personId, 'lusha');
    } catch (error) {
      if (sqlState(error) !== foreignKeyViolation) throw error;
      keyring.forget();
    }
  }

  return async function enrichMembers(run: EventRun): Promise<void> {
    const job = await jobOf(run);
    const company = await readKnownCompany(queries, job.companyId, buyerGroups.freshDays);
    if (!company) return;
    const taking = (await candidatesOf(job)).filter(({ role, seenBy }) => role !== null && seenBy && seenBy.length > 0);
    const ids = taking.map(({ personId }) => personId);
    const cached = await cache.recall(job.tenantId, ids);
    for (const [personId, { value }] of cached)
      if (isAt(value, company)) await addSource(queries, job.id, personId, 'lusha');
    const needed = taking.filter((candidate) => isMissing(candidate, job.level));
    const missing = needed.filter(({ personId }) => !cached.has(personId));
    metrics.providerCalls.inc({ provider: 'Lusha', result: 'cached' }, needed.length - missing.length);
    const people = ports.people;
    let done = 0;
    const asked = people
      ? await askEach(missing, async (candidate) => {
          await ask(job, people, company, candidate);
          done += 1;
          await noteProgress(queries, job.id, 'enrich', 70 + (15 * done) / missing.length);
        })
      : undefined;
    const gaps = asked
      ? [...asked.unanswered].map(([why, count]) => gapOf(why, count))
      : missing.length > 0
        ? [gapOf('LushaNotSetUp', missing.length)]
        : [];
    await replaceGaps(queries, job.id, 'enrich', gaps);
    await noteProgress(queries, job.id, 'enrich', 85);
    log.info({ job_id: job.id, people: done, gaps: gaps.map((gap) => gap.class) }, 'contacts of a group asked for');
    if (asked?.failure) throw asked.failure;
  };
}

const gapOf = (why: string, people: number): Gap => ({ step: 'enrich', class: why, people });

/** Whether somebody cannot be reached as the level wants it. */
function isMissing({ known: { emails, phones } }: OpenCandidate, level: EnrichmentLevel): boolean {
  if (level === 'identify') return false;
  return emails.length === 0 || (level === 'deep_research' && phones.length === 0);
}

/** Of another name, and at another company: what they can be reached by is nobody's here. */
const isSomebodyElse = (answer: PersonAnswer, { known }: OpenCandidate, company: KnownCompany): boolean =>
  answer.kind === 'found' &&
  answer.person.name !== null &&
  known.name !== undefined &&
  plainName(answer.person.name) !== plainName(known.name) &&
  !isAt(answer.person, company);

function referenceTo({ known }: OpenCandidate, company: KnownCompany): PersonReference {
  const [firstName, ...others] = (known.name ?? '').trim().split(/\s+/);
  return {
    email: known.emails[0],
    profileUrl: known.profileUrl,
    firstName,
    lastName: others.join(' ') || undefined,
    companyDomain: company.domain ?? undefined,
    companyName: company.name ?? undefined,
  };
}

const isAt = (
  { companyName, companyDomain }: { companyName: string | null; companyDomain: string | null },
  { name, domain }: KnownCompany,
): boolean =>
  companyDomain !== null && domain !== null
    ? companyDomain.toLowerCase().replace(/^www\./, '') === domain
    : companyName !== null && name !== null && plainName(companyName) === plainName(name);
