import { type SQL, sql } from 'drizzle-orm';
import type { EventToStart } from '../domain/event-to-start.ts';
import type { Queries } from './database.ts';
import { toStart } from './lane-heads.ts';
import { isOwn } from './own-alias.ts';

/** A person, as they are asked for: by keyed hashes of identifiers, or by an event of theirs. */
export interface Person {
  tenantId: string;
  aliases: readonly string[];
  eventId: string | null;
}

/**
 * The keys of a person: those that the identifiers lead to, and all that these lead to by an address or an id, since one
 * person may have been met under several. A phone, or a shared mailbox, leads to a key and not from it, and the tenant's own key is nobody's.
 */
export const keysOf = ({ tenantId, aliases, eventId }: Person): SQL => sql`(
  with recursive reached(key_id) as (
    (select a.key_id from subject_aliases a where a.tenant_id = ${tenantId} and a.alias = any(${sql.param([...aliases])}::text[])
      union select e.subject_key_id from events e where e.id = ${eventId}::uuid and e.tenant_id = ${tenantId} and e.subject_key_id is not null)
    union
    select b.key_id from reached r join subject_aliases a on a.key_id = r.key_id and ${isOwn(sql`a.kind`)}
      join subject_aliases b on b.tenant_id = a.tenant_id and b.alias = a.alias
  )
  select key_id from reached where not exists (select from subject_aliases t where t.key_id = reached.key_id and t.kind = 'tenant'))`;

/** All identifiers of a person that are known, as keyed hashes, those asked for included. */
const aliasesOfPerson = (person: Person): SQL => sql`(
  select a.alias from subject_aliases a where a.key_id in ${keysOf(person)}
  union select unnest(${sql.param([...person.aliases])}::text[]))`;

/** Whether there is such an event, and whether it is about a person whose key is still there. */
export async function readEventSubject(
  queries: Queries,
  tenantId: string,
  eventId: string,
): Promise<'missing' | 'person' | 'nobody'> {
  const person = { tenantId, aliases: [], eventId };
  const { rows } = await queries.execute<{ isPerson: boolean }>(sql`
    select exists (select from ${keysOf(person)} k) as "isPerson" from events e where e.id = ${eventId} and e.tenant_id = ${tenantId}`);
  if (!rows[0]) return 'missing';
  return rows[0].isPerson ? 'person' : 'nobody';
}

export type OpenEventOfPerson = EventToStart & { state: 'accepted' | 'running'; batchId: string | null };

/** Up to `limit` of the person's events that are not over, the last of each lane first: ended in this order, none of them makes way for another. */
export async function readOpenEvents(queries: Queries, person: Person, limit: number): Promise<OpenEventOfPerson[]> {
  const { rows } = await queries.execute<OpenEventOfPerson>(sql`
    select ${toStart}, state, batch_id as "batchId" from events
    where holds_lane and subject_key_id in ${keysOf(person)} order by position desc limit ${limit}`);
  return rows;
}

/**
 * What may still reach somebody with what is known of the person: their events that are not over, those about something else
 * that name them (`erased`: by what their keys led to when they were deleted), and for how long the last attempt of an effect may last.
 */
export async function readUnrest(
  queries: Queries,
  erasureId: string,
  person: Person,
  erased: readonly string[] = [],
): Promise<{ open: number; leaseMs: number }> {
  const { rows } = await queries.execute<{ open: number; leaseMs: number }>(sql`
    with theirs as (
      select id from events where subject_key_id in ${keysOf(person)}
      union select event_id from erasure_events where erasure_id = ${erasureId}
      union select event_id from event_people where tenant_id = ${person.tenantId} and alias in ${aliasesOfPerson(person)}
      union select p.event_id from event_people p join events e on e.id = p.event_id where p.tenant_id = ${person.tenantId}
        and p.alias = any(${sql.param([...erased])}::text[]) and e.opened_at <= (select erased_at from erasures where id = ${erasureId})
    )
    select (select count(*)::int from events e join theirs using (id) where e.holds_lane) as open,
      coalesce((select ceil(extract(epoch from max(f.attempt_lease_until) - clock_timestamp()) * 1000)::int
        from effects f join theirs t on t.id = f.event_id where f.attempt_lease_until > clock_timestamp()), 0) as "leaseMs"`);
  return rows[0] ?? { open: 0, leaseMs: 0 };
}
