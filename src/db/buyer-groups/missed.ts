import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { Transaction } from '../transaction.ts';

/** Whether a role change is among the reasons of a run, or among what it found. */
export const isByChange = (jobId: SQL, companyId: SQL): SQL => sql`(
  exists (select from buyer_group_refresh_reasons br where br.job_id = ${jobId} and br.event_id is not null)
  or exists (select from buyer_group_changes bc where bc.company_id = ${companyId} and bc.job_id = ${jobId} and bc.event_id is not null))`;

/**
 * What other runs of the company found between the time at which a refresh was asked for and the time at which it began: there are some
 * only where it had failed, and is run again. Those of a company that was merged meanwhile told their own.
 */
export interface Missed {
  /** The last of these runs; `undefined`: there is none. */
  latest: string | undefined;
  /** Those that found something of which somebody who waits for this one was not told. */
  runs: readonly string[];
  /** Everybody waits for this one, and was not told by one of them. */
  isForTeam: boolean;
  /** Who asked for this one, and was not told by one of them: the ids of their keys. */
  isFor: ReadonlySet<string>;
}

type RunOfCompany = { id: string; isByChange: boolean; askedBy: string[]; hasChanges: boolean };

/** `until`: when the refresh `l` began, or would. */
export async function readMissed(
  queries: Pick<Queries, 'execute'>,
  jobId: string,
  until: SQL = sql`l.started_at`,
): Promise<Missed> {
  const { rows } = await queries.execute<RunOfCompany>(sql`
    select o.id, ${isByChange(sql`o.id`, sql`o.company_id`)} as "isByChange",
      array(select r.requester_key_id::text from buyer_group_refresh_reasons r where r.job_id = o.id and r.requester_key_id is not null) as "askedBy",
      exists (select from buyer_group_changes c where c.company_id = o.company_id and c.job_id = o.id) as "hasChanges"
    from buyer_group_refresh_logs l join events e on e.id = l.id
      join buyer_group_refresh_logs o on o.company_id = l.company_id and (o.id = l.id
        or (e.generation > 0 and o.result is not null and o.started_at > l.created_at and o.started_at <= ${until}))
    where l.id = ${jobId} order by o.started_at desc`);
  const own = rows.find(({ id }) => id === jobId);
  const others = rows.filter(({ id }) => id !== jobId);
  const withNews = others.filter(({ hasChanges }) => hasChanges);
  const forTeam = own?.isByChange ? withNews.filter((run) => !run.isByChange) : [];
  const forOne = (own?.askedBy ?? []).map((keyId) => ({
    keyId,
    runs: withNews.filter(({ askedBy }) => !askedBy.includes(keyId)),
  }));
  return {
    latest: others[0]?.id,
    runs: [...new Set([...forTeam, ...forOne.flatMap(({ runs }) => runs)].map(({ id }) => id))],
    isForTeam: forTeam.length > 0,
    isFor: new Set(forOne.flatMap(({ keyId, runs }) => (runs.length > 0 ? [keyId] : []))),
  };
}

/**
 * Has the latest of these runs stand for a refresh that may not run now, with what it saved, where there is something to tell. `false`:
 * there is not. The hour is that of the run which was made.
 */
export async function adoptRun(transaction: Transaction, jobId: string): Promise<boolean> {
  const { runs, latest } = await readMissed(transaction, jobId, sql`clock_timestamp()`);
  if (latest === undefined || runs.length === 0) return false;
  await transaction.execute(sql`
    update buyer_group_refresh_logs l set status = 'completed', result = o.result, gaps = o.gaps, started_at = o.started_at,
      finished_at = clock_timestamp(), failure_class = null, progress = 100, step = 'done'
    from buyer_group_refresh_logs o where l.id = ${jobId} and o.id = ${latest}`);
  return true;
}

/** Whoever wants to be told of a refresh is told by the run of `into` as well, if that is yet to come; done twice it is done once. */
export async function handOver(transaction: Transaction, from: string, into: string): Promise<void> {
  await transaction.execute(sql`
    insert into buyer_group_refresh_reasons (tenant_id, company_id, job_id, priority, is_coalesced, requested_by, requester_key_id, requester_sealed)
    select distinct on (r.requester_key_id) l.tenant_id, l.company_id, l.id, r.priority, true, r.requested_by, r.requester_key_id, r.requester_sealed
    from buyer_group_refresh_reasons r join buyer_group_refresh_logs l on l.id = ${into}
    where r.job_id = ${from} and r.requester_sealed is not null
      and not exists (select from buyer_group_refresh_reasons t where t.job_id = l.id and t.requester_key_id = r.requester_key_id)
    order by r.requester_key_id, r.created_at desc`);
}
