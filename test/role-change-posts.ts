import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { personChangeWebhook } from '../sandbox/person-change.ts';
import { receipt } from '../src/domain/received.ts';
import type { Causeway } from './causeway.ts';
import { newId } from './hubspot-events.ts';

/** A role change as a sender would tell of it; without anything else, of somebody new at a company of a name of its own. */
export function roleChange(more: Record<string, unknown> = {}) {
  const id = newId();
  return {
    id: `evt_${id}`,
    source: 'test',
    type: 'person.role_change',
    timestamp: new Date().toISOString(),
    person: { id: `p_${id}`, name: `Pia Personal ${id}`, newTitle: 'CRO', oldTitle: 'VP Sales' },
    company: { name: `Company ${id}`, domain: `company-${id}.example` },
    changes: {},
    ...more,
  };
}

/** Posts it, signed; the id of its event. */
export async function postRoleChange(causeway: Causeway, change: unknown): Promise<string> {
  const secret = causeway.configuration.PERSON_CHANGE_SECRET ?? '';
  const request = personChangeWebhook({ secret, change, nowMs: Date.now() });
  const response = await fetch(`${causeway.url}/api/webhooks/person-change`, {
    ...request,
    signal: AbortSignal.timeout(20_000),
  });
  if (response.status !== 202) throw new Error(`a role change was answered ${response.status}`);
  return receipt.parse(await response.json()).events[0]?.id ?? '';
}

const job = z.object({
  id: z.string(),
  status: z.string(),
  priority: z.number(),
  domain: z.string().nullable(),
  started: z.number().nullable(),
  reasons: z.array(z.object({ eventId: z.string().nullable(), move: z.string().nullable(), isCoalesced: z.boolean() })),
});
export type JobRow = z.infer<typeof job>;

/** The refreshes of a company, by its domain, in their order. */
export async function jobsOf(causeway: Pick<Causeway, 'queries'>, domain: string): Promise<JobRow[]> {
  const { rows } = await causeway.queries.execute(sql`
    select l.id, l.status, l.priority, c.domain, extract(epoch from l.started_at)::float8 * 1000 as started, coalesce((
      select jsonb_agg(jsonb_build_object('eventId', r.event_id, 'move', r.move, 'isCoalesced', r.is_coalesced) order by r.created_at)
      from buyer_group_refresh_reasons r where r.job_id = l.id), '[]'::jsonb) as reasons
    from buyer_group_refresh_logs l join companies c on c.id = l.company_id where c.domain = ${domain} order by l.created_at`);
  return z.array(job).parse(rows);
}
