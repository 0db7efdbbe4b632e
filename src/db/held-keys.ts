import { type SQL, sql } from 'drizzle-orm';
import { isOwn } from './own-alias.ts';

/**
 * The keys of whoever something that is written names, held until it is there. An erasure deletes keys, so that it either comes first, and
 * fewer are found than were known, or sees what was written. `known` has each of them once.
 */
export const heldKeys = (known: SQL): SQL =>
  sql`(select k.id from subject_keys k where k.id in (${known}) order by k.id for key share)`;

/** That nobody is being erased, where `known` and `held` are the keys that are needed and those that are held. */
export const areHeld = sql`(select count(*) from held) = (select count(*) from known)`;

/** `known` and `held`: the keys of whomever an event is about, and of those whom its facts name. */
export const holdingThoseOf = (eventId: string): SQL => sql`
  known as (
    select e.subject_key_id as key_id from events e where e.id = ${eventId} and e.subject_key_id is not null
    union
    select a.key_id from event_people p join subject_aliases a on a.tenant_id = p.tenant_id and a.alias = p.alias
      and ${isOwn(sql`a.kind`)} where p.event_id = ${eventId}
  ), held as ${heldKeys(sql`select key_id from known`)}`;

/** That the event `e` names somebody who was erased since it was opened: nothing may reach them any more. */
export const namesErased = sql`exists (select from event_people p join erased_subjects x on x.tenant_id = p.tenant_id and x.alias = p.alias
  where p.event_id = e.id and x.erased_at >= e.opened_at)`;

/** That one of these people was erased, and did not come back since. */
export const someErased = (tenantId: SQL, aliases: SQL): SQL => sql`exists (
  select from erased_subjects x where x.tenant_id = ${tenantId} and x.alias = any(${aliases}) and not exists (
    select from subject_aliases a join subject_keys k on k.id = a.key_id
    where a.tenant_id = x.tenant_id and a.alias = x.alias and k.created_at > x.erased_at))`;
