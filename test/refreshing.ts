import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { personChangeWebhook } from '../sandbox/person-change.ts';
import { findOrAddCompany } from '../src/db/buyer-groups/companies.ts';
import { requestRefresh } from '../src/db/buyer-groups/requests.ts';
import type { EnrichmentLevel, Gap, JobResult } from '../src/domain/refresh.ts';
import { receipt } from '../src/domain/received.ts';
import { keyringOf, tenantId } from '../src/main/stores.ts';
import { sealedPerson, sealedRequester } from '../src/privacy/sealed-records.ts';
import type { Causeway, ReadView } from './causeway.ts';
import { eventually } from './eventually.ts';
import { newId } from './hubspot-events.ts';

/** Refreshes of buyer groups, asked for as the system asks for them, and what became of them. */

/** No waiting for an hour, and no limit that a test meets by chance. */
export const refreshSettings = (more: Record<string, unknown> = {}, others: Record<string, unknown> = {}) =>
  JSON.stringify({
    buyerGroups: {
      windowSeconds: 0,
      runsPerMinute: 10_000,
      concurrentRuns: 100,
      dailyCredits: { coresignal: 1_000_000, lusha: 1_000_000 },
      ...more,
    },
    ...others,
  });

export type JobRow = {
  status: string;
  progress: number;
  step: string;
  gaps: Gap[];
  calls: Record<string, number>;
  credits: Record<string, number>;
  result: JobResult | null;
  failureClass: string | null;
};

export async function readJobRow({ queries }: Pick<Causeway, 'queries'>, jobId: string): Promise<JobRow> {
  const { rows } = await queries.execute<JobRow>(sql`
    select status, progress, step, gaps, calls, credits, result, failure_class as "failureClass" from buyer_group_refresh_logs where id = ${jobId}`);
  if (!rows[0]) throw new Error(`there is no refresh ${jobId}`);
  return rows[0];
}

/** The next test starts without companies, without people, and with the sandbox and the cache as they were. */
export async function forgetCompanies({ queries, sandbox }: Pick<Causeway, 'queries' | 'sandbox'>): Promise<void> {
  await sandbox.forget();
  await queries.execute(sql`truncate facts_cache, companies, people cascade`);
}

export const addCompany = ({ queries }: Pick<Causeway, 'queries'>, met: { name?: string; domain?: string }) =>
  findOrAddCompany(queries, tenantId, met);

/** Asks for a refresh on behalf of somebody, or of nobody; it is begun by the company's workflow. */
export async function askForRefresh(
  causeway: Causeway,
  companyId: string,
  {
    level = 'identify',
    requester,
    isForced = true,
  }: { level?: EnrichmentLevel; requester?: string; isForced?: boolean } = {},
): Promise<string> {
  const { queries, configuration, workflows } = causeway;
  const key =
    requester && (await keyringOf(configuration, queries).keyFor(tenantId, { kind: 'person', email: requester }));
  const { jobId } = await requestRefresh(queries, {
    tenantId,
    companyId,
    priority: 1,
    level,
    isForced,
    windowMs: 0,
    eventId: null,
    move: null,
    requestedBy: 'test',
    requester: key && requester ? { keyId: key.id, sealed: sealedRequester.seal(key.key, key.id, requester) } : null,
  });
  await workflows.companies.wake({ id: companyId, tenantId }, jobId, Date.now() + 30_000);
  return jobId;
}

export interface Refreshed {
  id: string;
  event: ReadView;
  job: JobRow;
}

/** A refresh once its event is over. One that does not end says how far it came, and what it waits for. */
export async function refreshed(causeway: Causeway, jobId: string, deadlineMs = 180_000): Promise<Refreshed> {
  let view: ReadView | undefined;
  let unread: unknown;
  const event = await eventually(
    `refresh ${jobId} is over`,
    async () => {
      try {
        view = await causeway.read(jobId);
        return view.finishedAt ? view : undefined;
      } catch (error) {
        // Before it has begun it is no event yet.
        unread = error;
        return undefined;
      }
    },
    deadlineMs,
  ).catch(async (error: unknown) => {
    const seen = { job: await readJobRow(causeway, jobId), event: view, unread: String(unread) };
    throw new Error(`it stands at ${JSON.stringify({ ...seen, pending: await pendingOf(causeway, view) })}`, {
      cause: error,
    });
  });
  return { id: jobId, event, job: await readJobRow(causeway, jobId) };
}

/** What Temporal has under way for an event. */
async function pendingOf({ client }: Causeway, event: ReadView | undefined): Promise<unknown> {
  if (!event) return undefined;
  try {
    const { raw, status } = await client.workflow.getHandle(event.workflow.id).describe();
    const { pendingActivities, pendingWorkflowTask } = raw;
    return { status: status.name, pendingActivities, pendingWorkflowTask };
  } catch (error) {
    return String(error);
  }
}

export const refresh = async (causeway: Causeway, companyId: string, how: Parameters<typeof askForRefresh>[2] = {}) =>
  refreshed(causeway, await askForRefresh(causeway, companyId, how));

/** Posts a role change, signed; once it is recorded, its refreshes by the domains of the companies. */
export async function changeRole(
  causeway: Causeway,
  change: Record<string, unknown>,
): Promise<Readonly<Record<string, string>>> {
  const at = Date.now();
  const given = {
    id: `evt_${newId()}`,
    source: 'test',
    type: 'person.role_change',
    timestamp: new Date(at).toISOString(),
    changes: {},
    ...change,
  };
  const request = personChangeWebhook({ secret: 'dev-person-change-secret', change: given, nowMs: at });
  const response = await fetch(`${causeway.url}/api/webhooks/person-change`, {
    ...request,
    signal: AbortSignal.timeout(20_000),
  });
  const id = receipt.parse(await response.json()).events[0]?.id ?? '';
  await causeway.finished(id);
  const { rows } = await causeway.queries.execute<{ jobId: string; domain: string | null; name: string | null }>(sql`
    select r.job_id as "jobId", c.domain, c.name from buyer_group_refresh_reasons r join companies c on c.id = r.company_id where r.event_id = ${id}`);
  return Object.fromEntries(rows.map(({ jobId, domain, name }) => [domain ?? name ?? '', jobId]));
}

const memberRow = z.object({
  personId: z.string(),
  role: z.string().nullable(),
  because: z.string(),
  confidence: z.number(),
  sources: z.array(z.string()),
  isLeft: z.boolean(),
});
export type Member = z.infer<typeof memberRow> & {
  name: string | undefined;
  title: string | undefined;
  emails: readonly string[];
  phones: readonly string[];
};

/** Who is, or was, in the group of a company, by name. */
export async function readGroup({ queries, configuration }: Causeway, companyId: string): Promise<Member[]> {
  const { rows } = await queries.execute<z.infer<typeof memberRow> & { wrapped: Buffer; sealed: Buffer }>(sql`
    select m.person_id as "personId", m.role, m.because, m.confidence, m.sources, m.left_at is not null as "isLeft", k.wrapped, p.sealed
    from buyer_group_members m join people p on p.id = m.person_id join subject_keys k on k.id = p.id where m.company_id = ${companyId}`);
  const keyring = keyringOf(configuration, queries);
  return rows
    .map((row) => {
      const { key } = keyring.unwrap({ id: row.personId, wrapped: row.wrapped });
      const { name, title, emails, phones } = sealedPerson.open(key, row.personId, row.sealed);
      return { ...memberRow.parse(row), name, title, emails, phones };
    })
    .toSorted((a, b) => (a.name ?? '').localeCompare(b.name ?? ''));
}

/** What was sent to people about groups. */
export async function told({ sandbox }: Pick<Causeway, 'sandbox'>) {
  const effects = await sandbox.effects();
  return effects.filter(({ operation }) => operation === 'chat.postMessage' || operation === 'drafts.create');
}

/** What was paid for, by connector. */
export async function paid({ sandbox }: Pick<Causeway, 'sandbox'>): Promise<Record<string, number>> {
  const effects = await sandbox.effects();
  const count = (name: string) => effects.filter(({ connector }) => connector === name).length;
  return { coresignal: count('coresignal'), lusha: count('lusha') };
}
