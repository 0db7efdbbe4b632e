import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import type { EventRun } from './event-steps.ts';
import { areHeld, holdingThoseOf, namesErased } from './held-keys.ts';

export interface ModelCallBegin {
  id: string;
  model: string;
  promptHash: string;
  promptSealed: Buffer;
  /** Calls a tenant may make in a day (UTC). */
  dailyLimit: number;
}

/**
 * Counts a call against the day's budget and writes its row, in one statement: the budget's row is locked while it is
 * counted, so that no number of callers can go beyond the limit. `false`: the budget is used up, the run superseded, or somebody erased
 * of whom it would tell.
 */
export async function beginModelCall(queries: Queries, run: EventRun, call: ModelCallBegin): Promise<boolean> {
  const { rowCount } = await queries.execute(sql`
    with ${holdingThoseOf(run.eventId)}, event as (
      select e.id, e.tenant_id, e.generation, (clock_timestamp() at time zone 'utc')::date as day from events e
      where e.id = ${run.eventId} and e.generation = ${run.generation} and e.holds_lane
        and e.sealed is not null and not ${namesErased} and ${areHeld}
    ), budget as (
      insert into model_budget as b (tenant_id, day, calls, daily_limit)
      select tenant_id, day, 1, ${call.dailyLimit}::int from event where ${call.dailyLimit}::int > 0
      on conflict (tenant_id, day) do update set calls = b.calls + 1, daily_limit = excluded.daily_limit
        where b.calls < excluded.daily_limit
      returning tenant_id
    )
    insert into model_calls (id, tenant_id, event_id, generation, day, model, prompt_hash, prompt_sealed)
    select ${call.id}, event.tenant_id, event.id, event.generation, event.day, ${call.model}, ${call.promptHash},
      ${call.promptSealed} from event join budget using (tenant_id)`);
  return rowCount === 1;
}

/** The call was counted and not made: it never was. */
export async function giveBackModelCall(queries: Queries, id: string): Promise<void> {
  await queries.execute(sql`
    with unmade as (delete from model_calls where id = ${id} and ended_at is null returning tenant_id, day)
    update model_budget b set calls = b.calls - 1 from unmade u where b.tenant_id = u.tenant_id and b.day = u.day`);
}

export type ModelCallRow = {
  id: string;
  model: string;
  promptHash: string;
  /** `null` while its end is not known. */
  verdict: string | null;
  answerSealed: Buffer | null;
};

/** The calls that this run has made, in their order. */
export async function readModelCalls(queries: Queries, run: EventRun): Promise<ModelCallRow[]> {
  const { rows } = await queries.execute<ModelCallRow>(sql`
    select id, model, prompt_hash as "promptHash", verdict, answer_sealed as "answerSealed" from model_calls
    where event_id = ${run.eventId} and generation = ${run.generation} order by called_at`);
  return rows;
}

export interface ModelCallEnd {
  verdict: string;
  confidence: number | null;
  answerSealed: Buffer | null;
  /** As the provider names it, which may be a version of the one that was asked for. */
  model: string | null;
  requestId: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  costMicrodollars: number | null;
  latencyMs: number;
}

/** Kept even when the event was closed meanwhile: the call was made, and is paid for. What was answered goes with what was asked. */
export async function endModelCall(queries: Queries, id: string, end: ModelCallEnd): Promise<void> {
  await queries.execute(sql`
    update model_calls set verdict = ${end.verdict}, confidence = ${end.confidence}::float8,
      answer_sealed = case when prompt_sealed is not null then ${end.answerSealed}::bytea end,
      model = coalesce(${end.model}, model), request_id = ${end.requestId}, input_tokens = ${end.inputTokens}::int,
      output_tokens = ${end.outputTokens}::int, cost_microdollars = ${end.costMicrodollars}::bigint,
      latency_ms = ${end.latencyMs}::int, ended_at = clock_timestamp()
    where id = ${id} and ended_at is null`);
}
