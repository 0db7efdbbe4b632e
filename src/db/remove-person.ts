import { sql } from 'drizzle-orm';
import { isCounted } from './buyer-groups/counted-members.ts';
import type { Queries } from './database.ts';
import type { EventRun } from './event-steps.ts';
import { keysOf, type Person } from './person.ts';
import { inTransaction, RetryTransaction, type Transaction } from './transaction.ts';

/** One event with what is sealed of it and of its effects, for the last time. */
export type LastView = {
  id: string;
  /** It is about the person; else it only names them. */
  about: boolean;
  isOver: boolean;
  /** How the person is called in the lead that came of it. */
  lead: { emails: (string | null)[]; phones: (string | null)[] } | null;
  keyId: string;
  wrappedKey: Buffer;
  sealed: Buffer | null;
  factsSealed: Buffer | null;
  effects: {
    key: string;
    action: string;
    receipt: Record<string, string> | null;
    sinceMs: number;
    /** In hex. */
    addressSealed: string | null;
  }[];
};

/** What is sealed under one key beside events: of the person, or, by the id of a job, the address of whoever asked for it. */
export type LastKnown = { of: 'person' | 'requester'; id: string; keyId: string; wrappedKey: Buffer; sealed: Buffer };

export type RemovedPerson =
  | { keys: number; events: number }
  /** Another erasure of the same person has begun, and is not over. */
  | { unfinished: string; hasFailed: boolean };

/** What is written to or about a person although its event is about something else: an alert about a deal names nobody. */
export const namingActions: readonly string[] = ['draft_followup', 'notify_buyer_group', 'draft_buyer_group'];

/** What the ledger may have given to a provider: all but what was never tried, and what was refused. */
const given = sql`(f.state in ('confirmed', 'unknown') or (f.state = 'intent' and f.attempts > 0))`;

/**
 * Deletes the keys of a person and blanks what was sealed under them, in one transaction: nothing that is accepted, decided or
 * claimed beside it comes through in between, since it needs the key or the row. What is needed to clear all other stores
 * is made of the last view by `keep`, and stored with the erasure itself. `undefined`: the erasure is not open in this generation.
 */
export function removePerson(
  queries: Queries,
  run: EventRun,
  person: Person,
  keep: (last: readonly LastView[], known: readonly LastKnown[], aliases: readonly string[]) => Buffer,
): Promise<RemovedPerson | undefined> {
  return inTransaction(queries, async (transaction) => {
    const { rows: own } = await transaction.execute<{ erasedAt: Date | null }>(sql`
      select x.erased_at as "erasedAt" from events e join erasures x on x.id = e.id
      where e.id = ${run.eventId} and e.generation = ${run.generation} and e.holds_lane for update`);
    const erasure = own[0];
    if (!erasure) return undefined;
    // Whoever came back since then is not taken along by a run that begins again.
    if (erasure.erasedAt !== null) return { keys: 0, events: 0 };
    const keyIds = await lockKeys(transaction, person);
    const { rows: known } = await transaction.execute<{ alias: string }>(sql`
      select alias from subject_aliases where key_id = any(${sql.param(keyIds)}::uuid[])
      union select unnest(${sql.param([...person.aliases])}::text[])`);
    const aliases = known.map(({ alias }) => alias);
    const other = await readUnfinished(transaction, run.eventId, person.tenantId, aliases);
    if (other) return other;
    const last = await readLastView(transaction, person.tenantId, keyIds, aliases);
    const factsSealed = keep(last, await readLastKnown(transaction, keyIds), aliases);
    // What only names them goes on without them, and is blanked when it is over.
    const ids = (about: boolean) =>
      last.filter((event) => event.about === about && (about || event.isOver)).map(({ id }) => id);
    await blank(transaction, ids(true), ids(false));
    await transaction.execute(sql`update events set facts_sealed = ${factsSealed} where id = ${run.eventId}`);
    await transaction.execute(sql`
      insert into erasure_events (erasure_id, event_id) select ${run.eventId}, unnest(${sql.param(last.map(({ id }) => id))}::uuid[])
      on conflict do nothing`);
    const removed = {
      subject_keys: await countKeys(transaction, run.eventId, keyIds),
      events: last.length,
      ...(await leaveGroups(transaction, keyIds)),
    };
    // One moment for both, so that nobody comes back after the one and before the other.
    await transaction.execute(sql`
      with erased as (
        update erasures set erased_at = clock_timestamp(), removed = removed || ${JSON.stringify(removed)}::jsonb
        where id = ${run.eventId} returning id, tenant_id, erased_at
      )
      insert into erased_subjects (tenant_id, alias, erased_at, erasure_id)
      select tenant_id, unnest(${sql.param(aliases)}::text[]), erased_at, id from erased
      on conflict (tenant_id, alias) do update set erased_at = excluded.erased_at, erasure_id = excluded.erasure_id`);
    await transaction.execute(sql`delete from subject_keys where id = any(${sql.param(keyIds)}::uuid[])`);
    return { keys: keyIds.length, events: last.length };
  });
}

/** More than this nobody is met by at once. */
const maxLooks = 10;

/**
 * Locks the keys of a person. One that became theirs while the others were waited for is seen by the next look alone, and none becomes
 * theirs once all are locked: whoever links one to them has to hold them.
 */
async function lockKeys(transaction: Transaction, person: Person): Promise<string[]> {
  let locked: string[] | undefined;
  for (let look = 0; look < maxLooks; look += 1) {
    const { rows } = await transaction.execute<{ id: string }>(
      sql`select id from subject_keys where id in ${keysOf(person)} order by id for update`,
    );
    if (rows.length === locked?.length) return locked;
    locked = rows.map(({ id }) => id);
  }
  throw new RetryTransaction('more and more keys lead to one person');
}

/** An erasure that took the keys of one of these before, and has not come to its receipt. */
async function readUnfinished(
  transaction: Transaction,
  erasureId: string,
  tenantId: string,
  aliases: readonly string[],
): Promise<RemovedPerson | undefined> {
  const { rows } = await transaction.execute<{ id: string; hasFailed: boolean }>(sql`
    select e.id, e.state = 'failed' as "hasFailed" from erased_subjects x join erasures r on r.id = x.erasure_id join events e on e.id = r.id
    where x.tenant_id = ${tenantId} and x.alias = any(${sql.param([...aliases])}::text[]) and r.id <> ${erasureId} and r.receipt is null
    order by e.state limit 1`);
  const other = rows[0];
  return other && { unfinished: other.id, hasFailed: other.hasFailed };
}

async function readLastView(
  transaction: Transaction,
  tenantId: string,
  keyIds: readonly string[],
  aliases: readonly string[],
): Promise<LastView[]> {
  const { rows } = await transaction.execute<LastView>(sql`
    with theirs as (
      select id, true as about from events where subject_key_id = any(${sql.param([...keyIds])}::uuid[])
      union
      select e.id, false from events e where e.subject_key_id <> all(${sql.param([...keyIds])}::uuid[])
        and e.id in (select event_id from event_people where tenant_id = ${tenantId} and alias = any(${sql.param([...aliases])}::text[]))
    )
    select e.id, t.about, not e.holds_lane as "isOver", k.id as "keyId", k.wrapped as "wrappedKey", e.sealed, e.facts_sealed as "factsSealed",
      coalesce((select jsonb_agg(jsonb_build_object('key', f.key, 'action', f.action, 'receipt', f.receipt,
          'sinceMs', extract(epoch from f.first_tried_at) * 1000, 'addressSealed', encode(f.address_sealed, 'hex')))
        from effects f where f.event_id = e.id and ${given}), '[]'::jsonb) as effects,
      (select jsonb_build_object('emails', jsonb_build_array(l.email, l.metadata -> 'normalised' ->> 'email_key'),
        'phones', jsonb_build_array(l.phone, l.metadata -> 'normalised' ->> 'phone_e164')) from leads l where l.id = e.id) as lead
    from theirs t join events e using (id) join subject_keys k on k.id = e.subject_key_id`);
  return rows;
}

async function readLastKnown(transaction: Transaction, keyIds: readonly string[]): Promise<LastKnown[]> {
  const { rows } = await transaction.execute<LastKnown>(sql`
    select s.*, k.wrapped as "wrappedKey" from (
      select 'person' as of, id, id as "keyId", sealed from people
      union all
      select 'requester', requester_key_id, requester_key_id, requester_sealed from buyer_group_refresh_reasons where requester_sealed is not null
    ) s join subject_keys k on k.id = s."keyId" where s."keyId" = any(${sql.param([...keyIds])}::uuid[])`);
  return rows;
}

/** Those that somebody had: not one that was made for the erasure alone. */
async function countKeys(transaction: Transaction, erasureId: string, keyIds: readonly string[]): Promise<number> {
  const { rows } = await transaction.execute<{ count: number }>(sql`
    select count(*)::int as count from subject_keys k, erasures x
    where x.id = ${erasureId} and k.id = any(${sql.param([...keyIds])}::uuid[])
      and (k.created_at < x.requested_at or exists (select from events e where e.subject_key_id = k.id))`);
  return rows[0]?.count ?? 0;
}

/**
 * What goes with the keys of a person, counted while it is there: who they are, and each place in a group, with what changed
 * there. The groups they were in are one smaller; an address to tell of a refresh is blanked, since its row stays.
 */
async function leaveGroups(transaction: Transaction, keyIds: readonly string[]): Promise<Record<string, number>> {
  const theirs = sql`any(${sql.param([...keyIds])}::uuid[])`;
  const { rowCount: requests } = await transaction.execute(sql`
    update buyer_group_refresh_reasons set requester_sealed = null, requester_key_id = null where requester_key_id = ${theirs}`);
  // Locked, so that none comes or leaves between the count and the end.
  await transaction.execute(sql`select from people where id = ${theirs} order by id for update`);
  // Before the groups, as a refresh locks them when it saves.
  await transaction.execute(sql`
    select from buyer_group_members where person_id = ${theirs} order by company_id, person_id for update`);
  const { rows } = await transaction.execute<{ people: number; members: number }>(sql`
    select (select count(*)::int from people where id = ${theirs}) as people,
      (select count(*)::int from buyer_group_members where person_id = ${theirs}) as members`);
  await transaction.execute(sql`
    update buyer_groups g set members = greatest(0, g.members - m.count)
    from (select company_id, count(*)::int as count from buyer_group_members
      where person_id = ${theirs} and ${isCounted} group by company_id) m
    where g.company_id = m.company_id`);
  const { people = 0, members = 0 } = rows[0] ?? {};
  return { people, buyer_group_members: members, buyer_group_refresh_reasons: requests ?? 0 };
}

/**
 * Of an event about the person the shell stays: its key, lane and end. One that had failed cannot be run again, so that it is
 * shown as erased. Of one that names them, what was looked up and decided goes; it is decided anew if it is run again.
 */
export async function blank(
  transaction: Transaction,
  about: readonly string[],
  named: readonly string[],
): Promise<void> {
  const [theirs, others, all] = [about, named, [...about, ...named]].map((ids) => sql`${sql.param([...ids])}::uuid[]`);
  await transaction.execute(sql`
    update events set sealed = null, facts_sealed = null, change_hash = null, contact_ref = null,
      state = case when outcome = 'failed' then 'done' else state end, failure_class = case when outcome = 'failed' then null else failure_class end,
      failure_message = case when outcome = 'failed' then null else failure_message end,
      outcome = case when outcome = 'failed' then 'erased' else outcome end
    where id = any(${theirs})`);
  await transaction.execute(sql`update events set facts_sealed = null where id = any(${others})`);
  await transaction.execute(sql`
    update decisions set sealed = null, superseded_at = case when event_id = any(${others})
      then coalesce(superseded_at, clock_timestamp()) else superseded_at end where event_id = any(${all})`);
  await transaction.execute(sql`
    update effects set address_sealed = null, receipt = null where event_id = any(${theirs})
      or (event_id = any(${others}) and action = any(${sql.param([...namingActions])}::text[]))`);
  await transaction.execute(sql`
    update model_calls set prompt_sealed = null, answer_sealed = null where event_id = any(${all})`);
  await transaction.execute(sql`delete from event_people where event_id = any(${all})`);
}
