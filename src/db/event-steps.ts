import { sql } from 'drizzle-orm';
import type { EventWorkflow } from '../domain/event-workflow.ts';
import type { Queries } from './database.ts';
import { areHeld, heldKeys, namesErased, someErased } from './held-keys.ts';
import { isOwn } from './own-alias.ts';

/** One run of one event. Every step is fenced by it: a row that is closed, or open in another generation, is left alone. */
export interface EventRun {
  eventId: string;
  generation: number;
}

const open = ({ eventId, generation }: EventRun) =>
  sql`e.id = ${eventId} and e.generation = ${generation} and e.holds_lane`;

/** The wrapped key is read with the row each time, so that an erased one is missed at once. */
export const openEventColumns = sql`e.id, e.tenant_id as "tenantId", e.source, e.type, e.lane, e.generation, e.correlation_id as "correlationId",
  e.sealed, e.facts_sealed as "factsSealed", e.subject_key_id as "keyId",
  (select k.wrapped from subject_keys k where k.id = e.subject_key_id) as "wrappedKey"`;

export type OpenEvent = {
  id: string;
  tenantId: string;
  source: string;
  type: string;
  lane: string;
  generation: number;
  correlationId: string;
  sealed: Buffer | null;
  factsSealed: Buffer | null;
  keyId: string | null;
  wrappedKey: Buffer | null;
};

/**
 * Whether the event is the CRM's report of a write of ours: the same value for the same property, within a day of it, told
 * of a time when we had begun to write (with five minutes for clocks that differ).
 *
 * A write whose end nobody knows yet counts as well. If it was done, this is its report, which may come before its answer;
 * if it was not and somebody else set the very value, asking the CRM will find it there and confirm the write all the same.
 */
export const isEcho = sql`e.change_hash is not null and exists (
  select from effects f join events w on w.id = f.event_id
  where f.change_hash = e.change_hash and f.event_id <> e.id and w.tenant_id = e.tenant_id
    and (f.state in ('confirmed', 'unknown') or (f.state = 'intent' and f.unsettled))
    and f.updated_at > clock_timestamp() - interval '1 day' and e.occurred_at >= f.first_tried_at - interval '5 minutes')`;

/**
 * `again`: it had been begun in this generation before. `echo`: it tells of a write of ours. `decided`: a decision is in force
 * already.
 */
export type BegunEvent = OpenEvent & { workflow: EventWorkflow; again: boolean; echo: boolean; decided: boolean };

/** The workflow's first step: only now the event is running. `undefined`: superseded. */
export async function beginEvent(queries: Queries, run: EventRun, runId: string): Promise<BegunEvent | undefined> {
  // A subselect in RETURNING sees the row as it was before this statement.
  const { rows } = await queries.execute<BegunEvent>(sql`
    update events e set state = 'running', run_id = ${runId}, claimed_at = clock_timestamp() where ${open(run)}
    returning ${openEventColumns}, e.workflow, ${isEcho} as echo,
      (select b.run_id is not null from events b where b.id = e.id) as again,
      exists (select from decisions d where d.event_id = e.id and d.superseded_at is null) as decided`);
  return rows[0];
}

/** `undefined`: superseded. */
export async function readOpenEvent(queries: Queries, run: EventRun): Promise<OpenEvent | undefined> {
  const { rows } = await queries.execute<OpenEvent>(sql`select ${openEventColumns} from events e where ${open(run)}`);
  return rows[0];
}

type ForDecision = OpenEvent & { namesErased: boolean; decisionSealed: Buffer | null };

/** An open event with its decision in force. `undefined`: superseded. */
export async function readForDecision(queries: Queries, run: EventRun): Promise<ForDecision | undefined> {
  const { rows } = await queries.execute<ForDecision>(sql`
    select ${openEventColumns}, ${namesErased} as "namesErased", d.sealed as "decisionSealed" from events e
    left join decisions d on d.event_id = e.id and d.superseded_at is null where ${open(run)}`);
  return rows[0];
}

/** Whom facts name: by their keys, or by keyed hashes of identifiers where nobody may know them yet. */
export type NamedPeople = { keyIds: readonly string[] } | { aliases: readonly string[] };

/**
 * Keeps what was found out, and whom it names, so that they can be found when they are to be erased. `false`: one of them was erased
 * meanwhile, and nothing was kept. Nor is it of an event that was blanked, since its own person was.
 */
export async function storeFacts(
  queries: Queries,
  run: EventRun,
  factsSealed: Buffer,
  people: NamedPeople,
): Promise<boolean> {
  const own = isOwn(sql`a.kind`);
  const [named, known] =
    'keyIds' in people
      ? [
          sql`select distinct a.alias from subject_aliases a where a.key_id = any(${sql.param([...people.keyIds])}::uuid[]) and ${own}`,
          sql`select unnest(${sql.param([...people.keyIds])}::uuid[]) as key_id`,
        ]
      : [
          sql`select unnest(${sql.param([...people.aliases])}::text[]) as alias`,
          sql`select a.key_id from subject_aliases a join events e on e.tenant_id = a.tenant_id
            where e.id = ${run.eventId} and a.alias = any(${sql.param([...people.aliases])}::text[]) and ${own}`,
        ];
  const { rows } = await queries.execute<{ kept: boolean }>(sql`
    with named as (${named}), known as (select distinct key_id from (${known}) k), held as ${heldKeys(sql`select key_id from known`)},
    checked as (
      select e.id, not ${areHeld} or ${someErased(sql`e.tenant_id`, sql`array(select alias from named)`)} as erased
      from events e where ${open(run)}
    ), stored as (
      update events e set facts_sealed = ${factsSealed} from checked c
      where e.id = c.id and not c.erased and ${open(run)} and e.sealed is not null
      returning e.tenant_id, e.id
    ), noted as (
      insert into event_people (tenant_id, alias, event_id)
      select s.tenant_id, named.alias, s.id from stored s, named on conflict do nothing
    )
    select not erased as kept from checked`);
  return rows[0]?.kept !== false;
}

export interface DecisionRow {
  id: string;
  decidedBy: string;
  ruleId: string | null;
  ruleSetHash: string;
  confidence: number | null;
  sealed: Buffer;
}

/** Stores a decision unless one is in force; returns the one that is. Only that may be acted on. `undefined`: superseded. */
export async function decideOnce(queries: Queries, run: EventRun, decision: DecisionRow): Promise<Buffer | undefined> {
  const inForce = sql`select d.sealed from decisions d join events e on e.id = d.event_id
    where ${open(run)} and d.superseded_at is null`;
  const { rows } = await queries.execute<{ sealed: Buffer }>(sql`
    with mine as (
      insert into decisions (id, event_id, generation, decided_by, rule_id, rule_set_hash, confidence, sealed)
      select ${decision.id}, e.id, e.generation, ${decision.decidedBy}, ${decision.ruleId}, ${decision.ruleSetHash},
        ${decision.confidence}::float8, ${decision.sealed} from events e where ${open(run)}
      on conflict (event_id) where superseded_at is null do nothing
      returning sealed
    )
    select sealed from mine union all ${inForce}`);
  if (rows[0]) return rows[0].sealed;
  // One that was committed while we inserted is not in that statement's snapshot: the next statement sees it.
  const { rows: others } = await queries.execute<{ sealed: Buffer }>(inForce);
  return others[0]?.sealed;
}
