import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { countRemoved } from './erasures.ts';
import { residuePatterns } from './residue.ts';
import { blank } from './remove-person.ts';
import { inTransaction, type Transaction } from './transaction.ts';
import { isOwn } from './own-alias.ts';

/** By what a person's rows are found whose keys are gone; hashes are keyed ones. */
export interface ErasedPerson {
  erasureId: string;
  tenantId: string;
  emails: readonly string[];
  phones: readonly string[];
  aliases: readonly string[];
  /** Of contacts and members, in the cache of what was read. */
  objects: readonly string[];
}

const texts = (list: readonly string[]) => sql`${sql.param([...list])}::text[]`;

/**
 * Deletes what is readable of a person, and what is kept about their consent, if it is from before their keys were deleted; and
 * blanks what named them and was not over then. What went is counted with it, in one transaction.
 */
export async function clearRows(queries: Queries, person: ErasedPerson): Promise<void> {
  const { erasureId, tenantId } = person;
  const before = sql`(select erased_at from erasures where id = ${erasureId})`;
  await inTransaction(queries, async (transaction) => {
    const removed = async (statement: SQL) => (await transaction.execute(statement)).rowCount ?? 0;
    await blankNamed(transaction, person);
    // A lead that is deleted is noted with the erasure, so that its copies elsewhere are found.
    const leads = await removed(sql`
      with gone as (
        delete from leads where tenant_id = ${tenantId} and id in (select event_id from erasure_events where erasure_id = ${erasureId}
          union all select id from leads where email = any(${texts(person.emails)}) and received_at <= ${before}) returning id
      ), noted as (
        insert into erasure_events (erasure_id, event_id) select ${erasureId}, id from gone on conflict do nothing
      ) select id from gone`);
    const consents = await removed(sql`
      delete from consents where tenant_id = ${tenantId} and subject = any(${texts(person.aliases)}) and recorded_at <= ${before}`);
    const cached = await removed(sql`
      delete from facts_cache where tenant_id = ${tenantId} and object_hash = any(${texts(person.objects)})`);
    await countRemoved(transaction, erasureId, { leads, consents, facts_cache: cached });
  });
  await clearNames(queries, person);
  await removeIdleKeys(queries, person);
}

/** Events that name the person, and were opened before the erasure: those who come back are named anew. */
const namedBefore = ({ erasureId, tenantId, aliases }: NamedPerson): SQL => sql`
  select p.event_id from event_people p join events e on e.id = p.event_id where p.tenant_id = ${tenantId}
    and p.alias = any(${texts(aliases)}) and e.opened_at <= (select erased_at from erasures where id = ${erasureId})`;

/** Events that named the person and had been open, or were storing it in that moment. */
async function blankNamed(transaction: Transaction, person: ErasedPerson): Promise<void> {
  const { rows } = await transaction.execute<{ id: string }>(sql`
    select e.id from events e join (${namedBefore(person)}) p on p.event_id = e.id where not e.holds_lane`);
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return;
  await transaction.execute(sql`
    insert into erasure_events (erasure_id, event_id) select ${person.erasureId}, unnest(${sql.param(ids)}::uuid[]) on conflict do nothing`);
  await blank(transaction, [], ids);
}

/** Where a company, or whoever asks, is named by hand, and may be named by an address of somebody. */
const namedByHand = [
  { name: 'companies', table: sql`companies`, column: sql`name`, only: sql`true` },
  { name: 'company_aliases', table: sql`company_aliases`, column: sql`value`, only: sql`kind = 'name'` },
  {
    name: 'buyer_group_refresh_reasons',
    table: sql`buyer_group_refresh_reasons`,
    column: sql`requested_by`,
    only: sql`true`,
  },
] as const;

/**
 * A company that somebody called by an address or a number of the person goes without a name; it stays with its domain and its group, and a
 * request with its run. Looked for until there is none: a merge that was waited for has given the name to another company.
 */
async function clearNames(queries: Queries, person: ErasedPerson): Promise<void> {
  for (const pattern of residuePatterns([...person.emails, ...person.phones]))
    while ((await clearNamesLike(queries, person, pattern)) > 0);
}

function clearNamesLike(queries: Queries, { erasureId, tenantId }: ErasedPerson, pattern: string): Promise<number> {
  return inTransaction(queries, async (transaction) => {
    let count = 0;
    for (const { name, table, column, only } of namedByHand) {
      const theirs = sql`tenant_id = ${tenantId} and ${only} and ${column} ~* ${pattern}`;
      const statement =
        name === 'company_aliases'
          ? sql`delete from ${table} where ${theirs}`
          : sql`update ${table} set ${column} = null where ${theirs}`;
      const { rowCount } = await transaction.execute(statement);
      if ((rowCount ?? 0) > 0) await countRemoved(transaction, erasureId, { [name]: rowCount ?? 0 });
      count += rowCount ?? 0;
    }
    return count;
  });
}

/** How many names of companies still say an address or a number of the person. Ids and other numbers are nobody's. */
async function countCompanyNames(queries: Queries, { tenantId, emails, phones }: NamedPerson): Promise<number> {
  let count = 0;
  for (const pattern of residuePatterns([...emails, ...phones])) {
    const { rows } = await queries.execute<{ count: number }>(sql`
      select (select count(*)::int from companies where tenant_id = ${tenantId} and concat_ws(' ', name, domain) ~* ${pattern})
        + (select count(*)::int from company_aliases where tenant_id = ${tenantId} and kind in ('name', 'domain') and value ~* ${pattern}) as count`);
    count += rows[0]?.count ?? 0;
  }
  return count;
}

/**
 * A key that was made for a copy alone, while the erasure was under way. Locked before it is looked at: what refers to a key locks
 * it, too, and one that is being used just now is skipped.
 */
const removeIdleKeys = (queries: Queries, { erasureId, tenantId, aliases }: ErasedPerson): Promise<void> =>
  inTransaction(queries, async (transaction) => {
    const { rows } = await transaction.execute<{ id: string }>(sql`
      select k.id from subject_keys k where k.id in (select a.key_id from subject_aliases a where a.tenant_id = ${tenantId}
        and a.kind not in ('mailbox', 'phone') and a.alias = any(${texts(aliases)})) order by k.id for update skip locked`);
    // Whoever asks again to be told of a refresh has come back, as somebody has of whom an event tells.
    const { rows: gone } = await transaction.execute<{ people: number; members: number }>(sql`
      with idle as (
        delete from subject_keys k where k.id = any(${sql.param(rows.map(({ id }) => id))}::uuid[])
          and not exists (select from events e where e.subject_key_id = k.id)
          and not exists (select from buyer_group_refresh_reasons r where r.requester_key_id = k.id)
        returning id
      ) select (select count(*)::int from people join idle using (id)) as people,
        (select count(*)::int from buyer_group_members m join idle on idle.id = m.person_id) as members`);
    const { people = 0, members = 0 } = gone[0] ?? {};
    if (people > 0) await countRemoved(transaction, erasureId, { people, buyer_group_members: members });
  });

export type SealedViolation = { id: string; keyId: string; wrappedKey: Buffer; sealed: Buffer };

/** Refused events with what is sealed of them, under the tenant's key, by the id after `after`. */
export async function readSealedViolations(
  queries: Queries,
  request: { tenantId: string; until: Date; after: string; limit: number },
): Promise<SealedViolation[]> {
  const { rows } = await queries.execute<SealedViolation>(sql`
    select v.id, k.id as "keyId", k.wrapped as "wrappedKey", v.sealed from schema_violations v join subject_keys k on k.id = v.subject_key_id
    where v.tenant_id = ${request.tenantId} and v.id > ${request.after}::uuid and v.received_at <= ${request.until} and v.sealed is not null
    order by v.id limit ${request.limit}`);
  return rows;
}

/** What was sent goes; that something was refused, and where it failed, stays. */
export async function blankViolations(queries: Queries, erasureId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await inTransaction(queries, async (transaction) => {
    const { rowCount } = await transaction.execute(sql`
      update schema_violations set sealed = null, subject_key_id = null where id = any(${sql.param([...ids])}::uuid[]) and sealed is not null`);
    await countRemoved(transaction, erasureId, { schema_violations: rowCount ?? 0 });
  });
}

type NamedPerson = Pick<ErasedPerson, 'erasureId' | 'tenantId' | 'aliases' | 'emails' | 'phones'>;

/** What is left that should be gone, by the table. */
type Left = Record<'subject_keys' | 'leads' | 'events' | 'people' | 'buyer_group_members' | 'companies', number>;

/**
 * What is left that should be gone: keys, leads, and places in groups from before the erasure, blanked events that say something
 * after all, and companies that are called by what names the person.
 */
export async function countLeft(queries: Queries, person: NamedPerson): Promise<Left> {
  const { erasureId, tenantId, aliases, emails } = person;
  const known = sql`a.tenant_id = ${tenantId} and ${isOwn(sql`a.kind`)} and a.alias = any(${texts(aliases)})`;
  const theirs = sql`select event_id from erasure_events where erasure_id = ${erasureId}`;
  const before = sql`(select erased_at from erasures where id = ${erasureId})`;
  const { rows } = await queries.execute<Omit<Left, 'companies'>>(sql`
    with keys as (
      select distinct k.id from subject_keys k join subject_aliases a on a.key_id = k.id where ${known} and k.created_at <= ${before}
    )
    select
      (select count(*)::int from keys) as subject_keys,
      (select count(*)::int from people join keys using (id)) as people,
      (select count(*)::int from buyer_group_members m join keys k on k.id = m.person_id) as buyer_group_members,
      (select count(*)::int from (select l.id from leads l join (${theirs}) x on x.event_id = l.id
        union select id from leads where tenant_id = ${tenantId} and email = any(${texts(emails)}) and received_at <= ${before}) l) as leads,
      (select count(*)::int from events e join (${theirs} union ${namedBefore(person)}) x on x.event_id = e.id
        where e.facts_sealed is not null or (e.subject_key_id is null and e.sealed is not null)) as events`);
  const nothing = { subject_keys: 0, people: 0, buyer_group_members: 0, leads: 0, events: 0 };
  return { ...(rows[0] ?? nothing), companies: await countCompanyNames(queries, person) };
}
