import { randomUUID } from 'node:crypto';
import type { WarehouseLead } from '../src/connectors/ports.ts';

export const call = { timeoutMs: 30_000 };

export function lead(changes: Partial<WarehouseLead> = {}): WarehouseLead {
  const at = new Date('2026-03-31T23:59:59.123Z');
  return {
    tenant_id: 'default',
    lead_id: randomUUID(),
    event_id: randomUUID(),
    source: 'website',
    received_at: at,
    created_at: at,
    updated_at: at,
    first_name: 'Ada',
    last_name: 'Byron',
    email: 'ada@example.com',
    phone: '+442071234567',
    message: 'Please call',
    submission_type: 'demo',
    consent: true,
    user_agent: 'Mozilla/5.0',
    geo_country: 'GB',
    geo_city: 'London',
    utm_source: 'google',
    utm_medium: null,
    utm_campaign: null,
    utm_content: null,
    utm_term: null,
    metadata: { page: '/pricing' },
    ...changes,
  };
}
