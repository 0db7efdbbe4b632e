import { sql, type SQL } from 'drizzle-orm';
import type { Queries } from './database.ts';
import type { CrmWrite } from './crm-writes.ts';
import type { EventRun, OpenEvent } from './event-steps.ts';
import { areHeld, holdingThoseOf, namesErased } from './held-keys.ts';

/** A run of an event, for one of its effects. */
export interface EffectRun extends EventRun {
  /** It promises no order, so that it is done when the event has ended and its lane is free. */
  afterEnd?: boolean | undefined;
}

export type EffectState = 'intent' | 'confirmed' | 'refused' | 'unknown';

export type EffectRow = {
  state: EffectState;
  generation: number;
  attempts: number;
  unsettled: boolean;
  /** Milliseconds that the last attempt's lease still runs; negative: since when it is over. */
  leaseMs: number;
  firstTriedAtMs: number;
  receipt: Record<string, string> | null;
  failureClass: string | null;
};

type ForEffect = OpenEvent & {
  namesErased: boolean;
  decisionSealed: Buffer | null;
  addressSealed: Buffer | null;
  effect: EffectRow | null;
};

/** An event that is open in this generation, or, for what is done after its end, was ended in it. */
const inRun = ({ eventId, generation, afterEnd }: EffectRun): SQL =>
  sql`e.id = ${eventId} and e.generation = ${generation} and ${afterEnd === true ? sql`e.state in ('done', 'failed')` : sql`e.holds_lane`}`;

/** An open event with its decision in force and what the ledger knows of one effect; `undefined`: superseded. */
export async function readForEffect(queries: Queries, run: EffectRun, key: string): Promise<ForEffect | undefined> {
  const { rows } = await queries.execute<ForEffect>(sql`
    select e.id, e.tenant_id as "tenantId", e.source, e.type, e.lane, e.generation, e.correlation_id as "correlationId",
      e.sealed, e.facts_sealed as "factsSealed", e.subject_key_id as "keyId", k.wrapped as "wrappedKey", d.sealed as "decisionSealed",
      ${namesErased} as "namesErased",
      f.address_sealed as "addressSealed",
      case when f.key is not null then jsonb_build_object('state', f.state, 'generation', f.generation, 'attempts', f.attempts,
        'unsettled', f.unsettled, 'receipt', f.receipt, 'failureClass', f.failure_class,
        'leaseMs', extract(epoch from f.attempt_lease_until - clock_timestamp()) * 1000,
        'firstTriedAtMs', extract(epoch from f.first_tried_at) * 1000) end as effect
    from events e
    left join subject_keys k on k.id = e.subject_key_id
    left join decisions d on d.event_id = e.id and d.superseded_at is null
    left join effects f on f.key = ${key}
    where ${inRun(run)}`);
  return rows[0];
}

export interface Intent {
  key: string;
  action: string;
  targetId: string;
  priority: string;
  addressSealed: Buffer;
  leaseMs: number;
  /** Of a write into the CRM: by what its property, and its echo, are recognised. */
  write?: CrmWrite | undefined;
}

/**
 * Takes the right to ask the provider, for the length of the lease, if the ledger still is as it was read (`before`) and the
 * event is still open in this generation and nobody whom it is about, or names, was erased. The row lock on the event makes closing it wait,
 * or makes this see that it closed; those on the keys do the same for an erasure, which has taken back what was given until then.
 */
export async function claimIntent(
  queries: Pick<Queries, 'execute'>,
  run: EffectRun,
  intent: Intent,
  before: EffectRow | null,
): Promise<boolean> {
  const until = sql`clock_timestamp() + ${intent.leaseMs} * interval '1 millisecond'`;
  const fieldHash = intent.write?.fieldHash ?? null;
  const changeHash = intent.write?.changeHash ?? null;
  const event = sql`${holdingThoseOf(run.eventId)}, event as (
    select e.id, e.generation from events e
    where ${inRun(run)} and e.sealed is not null and not ${namesErased} and ${areHeld} for share)`;
  const { rowCount } = before
    ? await queries.execute(sql`
        with ${event}
        update effects f set state = 'intent', attempts = case when f.generation = event.generation then f.attempts + 1 else 1 end,
          generation = event.generation, attempt_lease_until = ${until}, unsettled = true, failure_class = null, updated_at = clock_timestamp(),
          target_id = ${intent.targetId}, priority = ${intent.priority}, address_sealed = ${intent.addressSealed},
          field_hash = ${fieldHash}, change_hash = ${changeHash}
        from event where f.key = ${intent.key} and f.state = ${before.state} and f.generation = ${before.generation}
          and f.attempts = ${before.attempts} and f.attempt_lease_until <= clock_timestamp()`)
    : await queries.execute(sql`
        with ${event}
        insert into effects (key, event_id, action, target_id, priority, state, generation, attempts, attempt_lease_until, unsettled,
          address_sealed, field_hash, change_hash)
        select ${intent.key}, event.id, ${intent.action}, ${intent.targetId}, ${intent.priority}, 'intent', event.generation, 1, ${until}, true,
          ${intent.addressSealed}, ${fieldHash}, ${changeHash}
        from event on conflict (key) do nothing`);
  return rowCount === 1;
}

/**
 * The provider has done it; kept even when the event was closed meanwhile, since it is the truth. From then on an earlier
 * change of a property that this wrote is stale.
 */
export async function confirmEffect(
  queries: Pick<Queries, 'execute'>,
  key: string,
  receipt: Record<string, string>,
): Promise<void> {
  await queries.execute(sql`
    with confirmed as (
      update effects set state = 'confirmed', receipt = ${JSON.stringify(receipt)}::jsonb, unsettled = false, failure_class = null,
        attempt_lease_until = clock_timestamp(), updated_at = clock_timestamp()
      where key = ${key} and state <> 'confirmed' returning key, event_id, field_hash
    )
    ${keepApplied(sql`confirmed`)}`);
}

/** Notes of each effect among `confirmed` that is a write: its property holds what its event told of, as of then. */
export const keepApplied = (confirmed: SQL): SQL => sql`
  insert into applied_changes as a (tenant_id, field_hash, occurred_at, effect_key)
  select e.tenant_id, c.field_hash, e.occurred_at, c.key from ${confirmed} c join events e on e.id = c.event_id
    where c.field_hash is not null
  on conflict (tenant_id, field_hash) do update
    set occurred_at = excluded.occurred_at, effect_key = excluded.effect_key, applied_at = clock_timestamp()
    where a.occurred_at <= excluded.occurred_at`;

/** The attempt was claimed and the provider not asked: it does not count. */
export async function giveBackAttempt(
  queries: Queries,
  key: string,
  attempt: { generation: number; attempts: number },
  failureClass: string,
): Promise<void> {
  await queries.execute(sql`
    update effects set attempts = attempts - 1, unsettled = false, failure_class = ${failureClass},
      attempt_lease_until = clock_timestamp(), updated_at = clock_timestamp()
    where key = ${key} and state = 'intent' and generation = ${attempt.generation} and attempts = ${attempt.attempts}`);
}

/**
 * The attempt has ended without a result. `unsettled`: the provider may have done it, and has to be asked. Only the attempt
 * that holds the lease may say so.
 */
export async function endAttempt(
  queries: Queries,
  key: string,
  attempt: { generation: number; attempts: number },
  end: { state: EffectState; unsettled: boolean; failureClass: string },
): Promise<void> {
  await queries.execute(sql`
    update effects set state = ${end.state}, unsettled = ${end.unsettled}, failure_class = ${end.failureClass},
      attempt_lease_until = clock_timestamp(), updated_at = clock_timestamp()
    where key = ${key} and state = 'intent' and generation = ${attempt.generation} and attempts = ${attempt.attempts}`);
}
