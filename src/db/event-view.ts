import { sql } from 'drizzle-orm';
import type { EventView } from '../domain/event-view.ts';
import type { Queries } from './database.ts';
import type { EffectState } from './effects.ts';

export type EventViewRow = {
  id: string;
  tenantId: string;
  source: string;
  type: string;
  state: 'accepted' | 'running' | 'done' | 'failed';
  outcome: string | null;
  correlationId: string;
  keyHash: string;
  generation: number;
  batched: boolean;
  batchId: string | null;
  runId: string | null;
  receivedAt: Date;
  finishedAt: Date | null;
  failureClass: string | null;
  failureMessage: string | null;
  keyId: string | null;
  wrappedKey: Buffer | null;
  decisionSealed: Buffer | null;
  refreshes: EventView['refreshes'];
  effects: { key: string; state: EffectState; attempts: number; receipt: Record<string, string> | null }[];
};

/** An event with its decision in force, its effects, and the refreshes that it led to, in one statement. */
export async function readEventView(queries: Queries, eventId: string): Promise<EventViewRow | undefined> {
  const { rows } = await queries.execute<EventViewRow>(sql`
    select e.id, e.tenant_id as "tenantId", e.source, e.type, e.state, e.outcome, e.correlation_id as "correlationId",
      e.key_hash as "keyHash", e.generation, e.batched, e.batch_id as "batchId", e.run_id as "runId", e.received_at as "receivedAt", e.finished_at as "finishedAt",
      e.failure_class as "failureClass", e.failure_message as "failureMessage", k.id as "keyId", k.wrapped as "wrappedKey",
      d.sealed as "decisionSealed",
      coalesce((select jsonb_agg(jsonb_build_object('jobId', r.job_id, 'companyId', r.company_id,
          'company', jsonb_build_object('name', c.name, 'domain', c.domain), 'move', r.move,
          'coalesced', r.is_coalesced, 'status', l.status) order by r.created_at, r.id)
        from buyer_group_refresh_reasons r join buyer_group_refresh_logs l on l.id = r.job_id join companies c on c.id = r.company_id
        where r.event_id = e.id), '[]'::jsonb) as refreshes,
      coalesce((select jsonb_agg(jsonb_build_object('key', f.key, 'state', f.state, 'attempts', f.attempts, 'receipt', f.receipt))
        from effects f where f.event_id = e.id), '[]'::jsonb) as effects
    from events e
    left join subject_keys k on k.id = e.subject_key_id
    left join decisions d on d.event_id = e.id and d.superseded_at is null
    where e.id = ${eventId}`);
  return rows[0];
}
