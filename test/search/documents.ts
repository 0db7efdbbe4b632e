import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import type { SearchDocument, VersionedDocument } from '../../src/connectors/ports.ts';
import { createSearch } from '../../src/connectors/search/index.ts';

export const call = { timeoutMs: 30_000 };

/** An alias that nobody else has. */
export const newAlias = (): string => `t-${randomUUID()}`;

export const searchOver = (alias: string) => createSearch({ url: inject('searchUrl'), alias });

export function versioned(
  changes: Partial<SearchDocument> = {},
  updatedAt = new Date('2026-03-31T12:00:00Z'),
): VersionedDocument {
  const id = changes.id ?? randomUUID();
  const document: SearchDocument = {
    tenant_id: 'default',
    id,
    event_id: id,
    received_at: new Date('2026-03-31T12:00:00.123Z'),
    source: 'website',
    first_name: 'Ada',
    last_name: 'Byron',
    email: 'ada@example.com',
    phone: '+44 20 7946 0018',
    message: 'Please call about the analytical engine',
    submission_type: 'demo',
    geo_country: 'GB',
    geo_city: 'London',
    utm_campaign: 'spring',
    ...changes,
  };
  return { document, updatedAt };
}

/** One request to the engine itself, past our connector. */
export async function askEngine(path: string, method = 'GET', body?: unknown) {
  const response = await fetch(`${inject('searchUrl')}/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(20_000),
  });
  return { status: response.status, body: await response.text() };
}
