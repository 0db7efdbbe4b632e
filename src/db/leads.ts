import { sql } from 'drizzle-orm';
import type { CapturedLead } from '../domain/captured-lead.ts';
import type { Queries } from './database.ts';
import type { EventRun } from './event-steps.ts';

/**
 * Stores the lead of an event that is open in this generation, under the event's id; what was stored of the same event before
 * is replaced. `false`: superseded, or its person was erased. The row lock keeps a late attempt from bringing an erased lead back. Throws when its key is taken by a lead of another event.
 */
export async function captureLead(queries: Queries, run: EventRun, lead: CapturedLead): Promise<boolean> {
  const { rowCount } = await queries.execute(sql`
    insert into leads (id, tenant_id, event_id, idempotency_key, source, received_at, first_name, last_name, email, phone, message,
      submission_type, consent, ip_address, user_agent, geo_country, geo_city, utm_source, utm_medium, utm_campaign, utm_content,
      utm_term, metadata)
    select e.id, e.tenant_id, l.event_id, l.idempotency_key, l.source, l.received_at, l.first_name, l.last_name, l.email, l.phone,
      l.message, l.submission_type, l.consent, l.ip_address, l.user_agent, l.geo_country, l.geo_city, l.utm_source, l.utm_medium,
      l.utm_campaign, l.utm_content, l.utm_term, l.metadata
    from events e, jsonb_populate_record(null::leads, ${JSON.stringify(lead)}::jsonb) l
    where e.id = ${run.eventId} and e.generation = ${run.generation} and e.holds_lane and e.sealed is not null for share of e
    on conflict (id) do update set (event_id, first_name, last_name, email, phone, message, submission_type, ip_address, user_agent,
        geo_country, geo_city, utm_source, utm_medium, utm_campaign, utm_content, utm_term, metadata, updated_at)
      = row(excluded.event_id, excluded.first_name, excluded.last_name, excluded.email, excluded.phone, excluded.message,
        excluded.submission_type, excluded.ip_address, excluded.user_agent, excluded.geo_country, excluded.geo_city,
        excluded.utm_source, excluded.utm_medium, excluded.utm_campaign, excluded.utm_content, excluded.utm_term,
        excluded.metadata, clock_timestamp())`);
  return rowCount === 1;
}
