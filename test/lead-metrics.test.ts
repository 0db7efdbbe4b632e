import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApiKeys } from '../src/operations/api-keys.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { newId } from './hubspot-events.ts';
import { operatorOf } from './ops.ts';

/** Protects what is seen of leads from outside: dashboards and alerts ask for these names, and a sender makes up no label. */

vi.setConfig({ testTimeout: 60_000 });

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway();
});
afterAll(() => causeway.close());

const lead = (given: Record<string, unknown> = {}) => {
  const id = newId();
  return {
    idempotency_key: `k-${id}`,
    source: 'website',
    email: `ada-${id}@example.com`,
    consent: true,
    ...given,
  };
};

const post = (body: unknown, headers: Record<string, string> = { 'x-api-key': 'dev-ingest-key' }) =>
  fetch(`${causeway.url}/ingest`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
    signal: AbortSignal.timeout(20_000),
  });

async function page(): Promise<Map<string, number>> {
  const { body } = await operatorOf(causeway).get('/metrics');
  return new Map(
    String(body)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

/** What `work` adds to the lines that begin so, once it is `count` in all: an answer is sent before it is counted. */
async function risen(prefix: string, count: number, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await eventually('what came before has ended', async () => {
    const now = await page();
    return now.get('gtm_pipeline_open_lanes') === 0 ? now : undefined;
  });
  await work();
  return eventually(`${prefix} rises by ${count}`, async () => {
    const rises = [...(await page())]
      .filter(([line]) => line.startsWith(prefix))
      .map(([line, value]) => [line.slice(prefix.length), value - (before.get(line) ?? 0)] as const)
      .filter(([, by]) => by !== 0);
    return rises.reduce((sum, [, by]) => sum + by, 0) >= count ? Object.fromEntries(rises) : undefined;
  });
}

const events = 'ingest_api_events_total';
const labels = (source: string, status: string) => `{source="${source}",status="${status}"}`;

describe('ingest_api_events_total', () => {
  it('counts each lead by its source and what became of it', async () => {
    const sent = lead();
    const counted = await risen(events, 5, async () => {
      await post(sent);
      await post(sent);
      await post({ ...sent, first_name: 'Eve' });
      await post([lead({ source: 'chatbot', email: 'nobody' }), lead({ consent: false })]);
    });
    expect(counted).toEqual({
      [labels('website', 'accepted')]: 2,
      [labels('website', 'duplicate')]: 1,
      [labels('website', 'conflict')]: 1,
      [labels('chatbot', 'violation')]: 1,
    });
  });

  it('names no source that a sender made up, and every source that an operator bound a key to', async () => {
    const keys = createApiKeys({ queries: causeway.queries, tenantId: 'default' });
    const { key } = await keys.create({ name: 'fair', sources: ['fair-2026'], perMinute: null }, 'test');
    const counted = await risen(events, 4, async () => {
      const made = [lead({ source: 'made-up-by-somebody' }), lead({ source: 'made-up', email: 'x' })];
      await post([...made, lead({ source: 7 })]);
      await post(lead({ source: 'fair-2026' }), { 'x-api-key': key });
    });
    expect(counted).toEqual({
      [labels('other', 'accepted')]: 1,
      [labels('other', 'violation')]: 2,
      [labels('fair-2026', 'accepted')]: 1,
    });
    expect([...(await page()).keys()].filter((line) => line.includes('made-up'))).toEqual([]);
  });

  it('counts requests that are turned away whole, by why', async () => {
    const keys = createApiKeys({ queries: causeway.queries, tenantId: 'default' });
    const { key } = await keys.create({ name: 'slow', sources: null, perMinute: 1 }, 'test');
    const counted = await risen(events, 5, async () => {
      await post(lead(), {});
      await post('{"email":');
      await post(lead({ message: 'x'.repeat(1_100_000) }));
      for (const _ of [1, 2]) await post(lead(), { 'x-api-key': key });
    });
    expect(counted).toEqual({
      [labels('other', 'unauthorised')]: 1,
      [labels('other', 'unreadable')]: 2,
      [labels('website', 'accepted')]: 1,
      [labels('other', 'limited')]: 1,
    });
  });
});

it('ingest_api_latency_seconds measures every answer of POST /ingest, by its status', async () => {
  const counted = await risen('ingest_api_latency_seconds_count{route="/ingest"', 2, async () => {
    await post(lead());
    await post(lead(), {});
  });
  expect(counted).toEqual({ ',status="202"}': 1, ',status="401"}': 1 });
});

const processed = 'consumer_events_processed_total';

it('consumer_events_processed_total counts leads when they have ended, and none of them is an event of the GTM pipeline', async () => {
  const counted = await risen(processed, 2, () => post([lead(), lead({ consent: false })]));
  expect(counted).toEqual({ '{outcome="captured"}': 1, '{outcome="no_consent"}': 1 });
  const lines = [...(await page()).keys()];
  expect(lines.filter((line) => /^gtm_pipeline_events_(?:received|finished)_total\{/.test(line))).toEqual([]);
});

it('dlq_events_total counts leads that failed, by why', async () => {
  await causeway.sandbox.fault({ connector: 'marketing', fault: 'status', status: 400 });
  const counted = await risen('dlq_events_total', 1, () => post(lead()));
  expect(counted).toEqual({ '{class="MarketingRejected"}': 1 });
});
