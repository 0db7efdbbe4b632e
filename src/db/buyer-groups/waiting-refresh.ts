import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { type EnrichmentLevel, enrichmentLevels } from '../../domain/refresh.ts';
import type { Transaction } from '../transaction.ts';
import { windowOver } from './turns.ts';

export type WaitingRefresh = {
  jobId: string;
  /** It is to be seen to by somebody who is not yet told of it. */
  isNew: boolean;
  /** It was to come anyway, or has to wait since another one was within the hour. */
  isCoalesced: boolean;
  /** It has waited for the hour, and need not any more since somebody asks: its company is to be told so. */
  isDue: boolean;
};

/** By how much a level finds out, of a row of the refresh log. */
export const thoroughness = sql`array_position(${sql.param([...enrichmentLevels])}::text[], level)`;

/**
 * The refresh of a company that waits for its turn, which becomes as urgent and as thorough as this; a new one, where there is none. The
 * company is locked.
 */
export async function waitingRefresh(
  transaction: Transaction,
  wish: {
    tenantId: string;
    companyId: string;
    /** 1 is first. */
    priority: number;
    level: EnrichmentLevel;
    /** Also within the hour. */
    isForced: boolean;
    /** Somebody asks for it. */
    isRequested: boolean;
    windowMs: number;
  },
): Promise<WaitingRefresh> {
  const { tenantId, companyId, priority, level, isForced } = wish;
  const over = (isRequested: boolean) => windowOver(sql`${companyId}`, wish.windowMs, sql`${isRequested}::boolean`);
  const { rows } = await transaction.execute<{ waiting: string | null; mayRun: boolean; isOver: boolean }>(sql`
    select (select id from buyer_group_refresh_logs where company_id = ${companyId} and status = 'waiting') as waiting,
      ${over(wish.isRequested)} as "mayRun", ${over(false)} as "isOver"`);
  const { waiting = null, mayRun = true, isOver = true } = rows[0] ?? {};
  const isDue = waiting !== null && mayRun && !isOver;
  const jobId = waiting ?? randomUUID();
  const rank = enrichmentLevels.indexOf(level) + 1;
  await transaction.execute(
    waiting === null
      ? sql`insert into buyer_group_refresh_logs (id, tenant_id, company_id, priority, level, is_forced)
          values (${jobId}, ${tenantId}, ${companyId}, ${priority}, ${level}, ${isForced})`
      : sql`update buyer_group_refresh_logs set priority = least(priority, ${priority}::smallint), is_forced = is_forced or ${isForced},
          asked_until = case when ${isForced || isDue} then null else asked_until end,
          level = case when ${thoroughness} < ${rank} then ${level} else level end where id = ${jobId}`,
  );
  return { jobId, isNew: waiting === null, isCoalesced: waiting !== null || !(mayRun || isForced), isDue };
}
