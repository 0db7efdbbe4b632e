import { sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';

/** What one call may cost, at whom, and for which refresh. */
export interface Spending {
  jobId: string;
  tenantId: string;
  provider: string;
  credits: number;
}

/**
 * Notes what a call may cost before it is made, in the day's account (UTC) and in the refresh; answers with the day. `undefined`: the
 * day's credits do not suffice, and nothing may be asked.
 */
export async function reserveCredits(
  queries: Queries,
  { jobId, tenantId, provider, credits }: Spending,
  dailyCredits: number,
): Promise<string | undefined> {
  const { rows } = await queries.execute<{ day: string }>(sql`
    with reserved as (
      insert into provider_credits as c (tenant_id, provider, day, credits)
      select ${tenantId}, ${provider}, (clock_timestamp() at time zone 'UTC')::date, ${credits} where ${credits} <= ${dailyCredits}::int
      on conflict (tenant_id, provider, day) do update set credits = c.credits + excluded.credits
        where c.credits + excluded.credits <= ${dailyCredits}
      returning day
    ), noted as (
      update buyer_group_refresh_logs l set
        calls = l.calls || jsonb_build_object(${provider}::text, coalesce((l.calls ->> ${provider}::text)::int, 0) + 1),
        credits = l.credits || jsonb_build_object(${provider}::text, coalesce((l.credits ->> ${provider}::text)::int, 0) + ${credits}::int)
      from reserved where l.id = ${jobId}
    )
    select day::text from reserved`);
  return rows[0]?.day;
}

/** Gives back what an answer has not cost. */
export async function giveBackCredits(
  queries: Queries,
  { jobId, tenantId, provider, credits }: Spending,
  day: string,
): Promise<void> {
  await queries.execute(sql`
    with given as (
      update provider_credits set credits = credits - ${credits}
      where tenant_id = ${tenantId} and provider = ${provider} and day = ${day}::date
    )
    update buyer_group_refresh_logs l
    set credits = l.credits || jsonb_build_object(${provider}::text, (l.credits ->> ${provider}::text)::int - ${credits}::int)
    where l.id = ${jobId}`);
}
