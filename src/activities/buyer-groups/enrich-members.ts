import { addressAt, isAddressAt } from '../../buyer-groups/standing.ts';
import { plainName } from '../../buyer-groups/works-there.ts';
import type { PeopleEnrichmentPort, PersonAnswer, PersonReference } from '../../connectors/ports.ts';
import { readDomainsOf, readMerged } from '../../db/buyer-groups/company-domains.ts';
import { type Job, noteProgress, replaceGaps } from '../../db/buyer-groups/jobs.ts';
import { type KnownCompany as CompanyRow, readKnownCompany } from '../../db/buyer-groups/known-company.ts';
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

/** The company, with every domain by which it is met. */
type KnownCompany = CompanyRow & { domains: readonly string[] };

/** An answer is about somebody at one company: who has moved since is asked for anew. */
const askedFor = (companyId: string, personId: string): string => `${companyId}:${personId}`;

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
    await cache.keep(job.tenantId, askedFor(job.companyId, personId), { key: { id: personId, key }, value, fetchedAt });
  }

  /** What was answered a short while ago, by person; also for what the company was before it was known to be this one. */
  async function recall(job: Job, people: readonly OpenCandidate[]): Promise<ReadonlyMap<string, ContactAnswer>> {
    const companies = [...(await readMerged(queries, job.companyId)), job.companyId];
    const asked = people.flatMap(({ personId }) => companies.map((id) => ({ personId, id: askedFor(id, personId) })));
    const cached = await cache.recall(
      job.tenantId,
      asked.map(({ id }) => id),
    );
    return new Map(
      asked.flatMap(({ personId, id }): [string, ContactAnswer][] => {
        const answer = cached.get(id)?.value;
        return answer ? [[personId, answer]] : [];
      }),
    );
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
    const row = await readKnownCompany(queries, job.companyId, buyerGroups.freshDays);
    if (!row) return;
    const company = { ...row, domains: await readDomainsOf(queries, job.companyId) };
    const taking = (await candidatesOf(job)).filter(({ role, seenBy }) => role !== null && seenBy && seenBy.length > 0);
    const answers = await recall(job, taking);
    for (const [personId, answer] of answers)
      if (isAt(answer, company)) await addSource(queries, job.id, personId, 'lusha');
    const needed = taking.filter((candidate) => isMissing(candidate, job.level, company.domains));
    const missing = needed.filter(({ personId }) => !answers.has(personId));
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

/** Whether somebody cannot be reached as the level wants it: at work, by an address at the company. */
function isMissing({ known }: OpenCandidate, level: EnrichmentLevel, domains: readonly string[]): boolean {
  if (level === 'identify') return false;
  const { emails, phones } = known;
  return addressAt(emails, domains) !== 'company' || (level === 'deep_research' && phones.length === 0);
}

/** Of another name, and at another company: what they can be reached by is nobody's here. */
const isSomebodyElse = (answer: PersonAnswer, { known }: OpenCandidate, company: KnownCompany): boolean =>
  answer.kind === 'found' &&
  answer.person.name !== null &&
  known.name !== undefined &&
  plainName(answer.person.name) !== plainName(known.name) &&
  !isAt(answer.person, company);

/** An address elsewhere finds who the person was there, and goes to nobody where anything else finds them. */
function referenceTo({ known }: OpenCandidate, company: KnownCompany): PersonReference {
  const [firstName, ...others] = (known.name ?? '').trim().split(/\s+/);
  const isNamed = others.length > 0 && (company.domain ?? company.name) !== null;
  const isFound = known.profileUrl !== undefined || isNamed;
  return {
    email: known.emails.find((email) => isAddressAt(email, company.domains)) ?? (isFound ? undefined : known.emails[0]),
    profileUrl: known.profileUrl,
    firstName,
    lastName: others.join(' ') || undefined,
    companyDomain: company.domain ?? undefined,
    companyName: company.name ?? undefined,
  };
}

const isAt = (
  { companyName, companyDomain }: { companyName: string | null; companyDomain: string | null },
  { name, domains }: KnownCompany,
): boolean =>
  companyDomain !== null && domains.length > 0
    ? domains.includes(companyDomain.toLowerCase().replace(/^www\./, ''))
    : companyName !== null && name !== null && plainName(companyName) === plainName(name);
