import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Move } from '../../domain/buyer-group.ts';
import { type EnrichmentLevel, enrichmentLevels } from '../../domain/refresh.ts';
import type { Queries } from '../database.ts';
import { inTransaction } from '../transaction.ts';
import { windowOver } from './turns.ts';

/** Why the group of a company is to be refreshed. */
export interface RefreshRequest {
  tenantId: string;
  companyId: string;
  /** 1 is first. */
  priority: number;
  level: EnrichmentLevel;
  /** Also within the hour. */
  isForced: boolean;
  windowMs: number;
  /** The event that says so; null: somebody asks for it. */
  eventId: string | null;
  move: Move | null;
  requestedBy: string | null;
  /** Whoever wants to be told of it; the address is sealed with the id of the job. */
  requester: { keyId: string; seal: (jobId: string) => Buffer } | null;
}

export type Requested = {
  jobId: string;
  /** It is to be seen to by somebody who is not yet told of it. */
  isNew: boolean;
  /** It goes into a run that was to come anyway, or that has to wait since another one was within the hour. */
  isCoalesced: boolean;
  /** That one has waited for the hour, and need not any more since somebody asks: it is to be told so. */
  isDue: boolean;
};

/**
 * Has the group refreshed: by the run that already waits for its turn, else by a new one. That one becomes as urgent, and as thorough, as
 * the most urgent of its reasons. An event that asks again for the same company gets the run that it got before.
 */
export function requestRefresh(queries: Queries, request: RefreshRequest): Promise<Requested> {
  const { tenantId, companyId, eventId, priority, level, isForced, requester } = request;
  return inTransaction(queries, async (transaction) => {
    await transaction.execute(sql`select from companies where id = ${companyId} for update`);
    const { rows: before } = await transaction.execute<Requested>(sql`
      select job_id as "jobId", not is_coalesced as "isNew", is_coalesced as "isCoalesced", false as "isDue" from buyer_group_refresh_reasons
      where event_id = ${eventId} and company_id = ${companyId}`);
    if (before[0]) return before[0];
    const over = (isAskedFor: boolean) => windowOver(sql`${companyId}`, request.windowMs, sql`${isAskedFor}::boolean`);
    const { rows } = await transaction.execute<{ waiting: string | null; mayRun: boolean; isOver: boolean }>(sql`
      select (select id from buyer_group_refresh_logs where company_id = ${companyId} and status = 'waiting') as waiting,
        ${over(eventId === null)} as "mayRun", ${over(false)} as "isOver"`);
    const { waiting = null, mayRun = true, isOver = true } = rows[0] ?? {};
    const isDue = waiting !== null && mayRun && !isOver;
    const jobId = waiting ?? randomUUID();
    const rank = enrichmentLevels.indexOf(level);
    const thorough = sql`array_position(${sql.param([...enrichmentLevels])}::text[], level) - 1`;
    await transaction.execute(
      waiting === null
        ? sql`insert into buyer_group_refresh_logs (id, tenant_id, company_id, priority, level, is_forced)
            values (${jobId}, ${tenantId}, ${companyId}, ${priority}, ${level}, ${isForced})`
        : sql`update buyer_group_refresh_logs set priority = least(priority, ${priority}::smallint), is_forced = is_forced or ${isForced},
            asked_until = case when ${isForced || isDue} then null else asked_until end,
            level = case when ${thorough} < ${rank} then ${level} else level end where id = ${jobId}`,
    );
    const isCoalesced = waiting !== null || !(mayRun || isForced);
    await transaction.execute(sql`
      insert into buyer_group_refresh_reasons (tenant_id, company_id, job_id, event_id, move, priority, is_coalesced, requested_by,
        requester_key_id, requester_sealed)
      values (${tenantId}, ${companyId}, ${jobId}, ${eventId}, ${request.move}, ${priority}, ${isCoalesced}, ${request.requestedBy},
        ${requester?.keyId ?? null}, ${requester?.seal(jobId) ?? null})`);
    return { jobId, isNew: waiting === null, isCoalesced, isDue };
  });
}
