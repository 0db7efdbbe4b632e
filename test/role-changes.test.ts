import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { personChangeWebhook } from '../sandbox/person-change.ts';
import { receipt } from '../src/domain/received.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { newId } from './hubspot-events.ts';

/** Protects the door that role changes come through: who is let in, when, what is answered, and what is counted. */

vi.setConfig({ testTimeout: 60_000 });

const pathSecret = 'a-long-secret-in-a-path';
const lushaSecret = 'a-secret-of-lusha';
const settings = JSON.stringify({
  sources: {
    lusha: { secretVariable: 'LUSHA_WEBHOOK_SECRET' },
    coresignal: { secretVariable: 'CORESIGNAL_PATH_SECRET' },
  },
});

let causeway: Causeway;
beforeAll(async () => {
  vi.stubEnv('LUSHA_WEBHOOK_SECRET', lushaSecret);
  vi.stubEnv('CORESIGNAL_PATH_SECRET', pathSecret);
  causeway = await startCauseway({ settings, environment: { WEBHOOK_SECRET: 'another-secret' } });
});
afterAll(async () => {
  await causeway.close();
  vi.unstubAllEnvs();
});

const secret = 'dev-person-change-secret';
const path = '/api/webhooks/person-change';
const change = (more: object = {}) => ({
  id: `evt_${newId()}`,
  source: 'test',
  type: 'person.role_change',
  timestamp: new Date().toISOString(),
  person: { id: `p_${newId()}`, name: 'Pia Personal', oldTitle: 'VP Sales', newTitle: 'CRO' },
  company: { id: 'c_456', name: 'Nordlicht Software' },
  changes: {},
  ...more,
});

async function post(to: string, init: { headers?: Record<string, string>; body: string }) {
  const response = await fetch(`${causeway.url}${to}`, {
    ...init,
    method: 'POST',
    signal: AbortSignal.timeout(20_000),
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}
const send = (given: unknown, by = secret, nowMs = Date.now()) =>
  post(path, personChangeWebhook({ secret: by, change: given, nowMs }));

const now = () => Date.now();
const signedAt = (time: string, prefix = '', by = secret) => {
  const body = JSON.stringify(change());
  const signature = createHmac('sha256', by).update(`${time}.${body}`).digest('hex');
  return { headers: { 'x-signature': `${prefix}${signature}`, 'x-timestamp': time }, body };
};

async function counted(name: string, labels: Record<string, string>): Promise<number> {
  const metric = causeway.metrics.registry.getSingleMetric(name);
  const { values } = (await metric?.get()) ?? { values: [] };
  const fits = (given: object) => Object.entries(labels).every(([key, value]) => Reflect.get(given, key) === value);
  return values.filter((each) => fits(each.labels)).reduce((sum, { value }) => sum + value, 0);
}
const rows = async (source: string) =>
  (
    await causeway.queries.execute<{ id: string; row: string }>(
      sql`select id, to_jsonb(e)::text as row from events e where source = ${source}`,
    )
  ).rows;

describe('a role change at its own address', () => {
  it('is accepted once, whatever comes again, and carried to its end; nothing of the person can be read in its row', async () => {
    const given = change();
    const first = receipt.parse((await send(given)).body);
    const again = receipt.parse((await send(given)).body);
    expect([first.events[0]?.status, again.events[0]?.status]).toEqual(['accepted', 'duplicate']);
    const id = first.events[0]?.id ?? '';
    expect(again.events[0]?.id).toBe(id);
    expect(await causeway.finished(id)).toMatchObject({
      state: 'done',
      source: 'person-change',
      type: 'person.role_change',
    });
    const [row] = (await rows('person-change')).filter((each) => each.id === id);
    expect(row?.row).not.toMatch(/Pia|CRO|Nordlicht|p_\d/);
  });

  it('under a mistyped type is kept, and explained with what to send instead; its own id takes no other content', async () => {
    const given = change();
    const first = receipt.parse((await send({ ...given, type: 'person.rolechange' })).body);
    const { outcome, decision } = await causeway.finished(first.events[0]?.id ?? '');
    expect(outcome).toBe('undecided');
    expect(decision?.reasoning).toContain('Its type is not person.role_change');
    expect(await send(given)).toMatchObject({ status: 202, body: { events: [{ status: 'conflict' }] } });
    const mended = { ...given, id: `evt_${newId()}` };
    expect(await send(mended)).toMatchObject({ status: 202, body: { events: [{ status: 'accepted' }] } });
  });

  it('that says something else under the same id is a conflict', async () => {
    const given = change();
    await send(given);
    const other = await send({ ...given, company: { id: 'c_457' } });
    expect(other).toMatchObject({ status: 202, body: { rejected: 1, events: [{ status: 'conflict' }] } });
  });

  it.each([
    ['in milliseconds', () => signedAt(String(now()))],
    ['in seconds', () => signedAt(String(Math.floor(now() / 1_000)))],
    ['with sha256= before it', () => signedAt(String(now()), 'sha256=')],
    ['by the second secret', () => signedAt(String(now()), '', 'another-secret')],
    ['four minutes ago', () => signedAt(String(now() - 240_000))],
    ['four minutes ahead', () => signedAt(String(now() + 240_000))],
  ])('signed %s is let in', async (_how, init) => {
    expect(await post(path, init())).toMatchObject({ status: 202, body: { accepted: 1 } });
  });

  const { headers: good, body } = signedAt('1');
  it.each<[string, string, () => { headers: Record<string, string>; body: string }]>([
    ['by somebody else', 'wrong_signature', () => signedAt(String(now()), '', 'not-the-secret')],
    [
      'as the word "test"',
      'wrong_signature',
      () => ({ headers: { 'x-signature': 'test', 'x-timestamp': String(now()) }, body }),
    ],
    ['and changed on its way', 'wrong_signature', () => ({ ...signedAt(String(now())), body: `${body} ` })],
    ['with another prefix', 'wrong_signature', () => signedAt(String(now()), 'sha1=')],
    ['six minutes ago', 'stale_timestamp', () => signedAt(String(now() - 360_000))],
    ['six minutes ahead', 'stale_timestamp', () => signedAt(String(now() + 360_000))],
    ['in microseconds', 'bad_timestamp', () => signedAt(`${now()}000`)],
    ['at no time', 'missing_timestamp', () => ({ headers: { 'x-signature': good['x-signature'] ?? '' }, body })],
    ['by nobody', 'missing_signature', () => ({ headers: { 'x-timestamp': String(now()) }, body })],
  ])('signed %s is counted as %s, and never stored', async (_how, reason, init) => {
    const before = (await rows('person-change')).length;
    const labels = { source: 'person-change', reason };
    const invalid = await counted('webhook_signature_invalid_total', labels);
    const failed = await counted('webhook_failed_total', { source: 'person-change' });
    expect(await post(path, init())).toMatchObject({ status: 401, body: { reason } });
    expect(await counted('webhook_signature_invalid_total', labels)).toBe(invalid + 1);
    expect(await counted('webhook_failed_total', { source: 'person-change' })).toBe(failed);
    expect((await rows('person-change')).length).toBe(before);
  });

  it.each([
    ['without a person', { person: undefined }, 'person'],
    ['without an id of the person', { person: { name: 'Pia Personal' } }, 'person.id'],
    ['without a company', { company: {} }, 'company'],
    ['at a time that cannot be', { timestamp: '1999-01-01T00:00:00Z' }, 'timestamp'],
    ['without an id', { id: '' }, 'id'],
  ])('%s is answered 422 with the field, and counted as failed', async (_what, more, field) => {
    const failed = await counted('webhook_failed_total', { source: 'person-change' });
    const { status, body: answer } = await send(change(more));
    expect(status).toBe(422);
    expect(z.object({ detail: z.string() }).parse(answer).detail).toContain(`: ${field}: `);
    expect(JSON.stringify(answer)).not.toContain('Pia');
    expect(await counted('webhook_failed_total', { source: 'person-change' })).toBe(failed + 1);
  });

  it('counts what it received and what it took in', async () => {
    const received = await counted('webhook_received_total', { source: 'person-change', status: '202' });
    const processed = await counted('webhook_processed_total', { source: 'person-change' });
    await send(change());
    expect(await counted('webhook_received_total', { source: 'person-change', status: '202' })).toBe(received + 1);
    expect(await counted('webhook_processed_total', { source: 'person-change' })).toBe(processed + 1);
  });
});

describe("Lusha's signals", () => {
  const sample = readFileSync(join(import.meta.dirname, '../src/sources/lusha/samples/promotion.json'), 'utf8');
  it('are acknowledged as Lusha wants it, also when they do not fit', async () => {
    for (const body of [sample, JSON.stringify({ id: 'x1', type: 'promotion' })]) {
      const time = String(Date.now());
      const signature = createHmac('sha256', lushaSecret).update(`${time}.${body}`).digest('hex');
      const headers = { 'x-lusha-signature': signature, 'x-lusha-timestamp': time };
      const answer = await post('/webhooks/lusha', { headers, body });
      expect(answer).toEqual({
        status: 200,
        body: {
          received: true,
          timestamp: expect.any(String),
          webhookId: body === sample ? 'f3b87e05-0402-4f3e-8e26-6a38fd0ad62c' : 'x1',
        },
      });
    }
    const taken = await rows('lusha');
    expect(taken).toHaveLength(1);
  });
});

describe("CoreSignal's notices", () => {
  const body = JSON.stringify([{ member_id: 1, status: 'changed' }]);
  it.each([
    ['nothing', '/webhooks/coresignal', 401],
    ['another secret', '/webhooks/coresignal/another', 401],
    ['a part of the secret', `/webhooks/coresignal/${pathSecret.slice(0, -1)}`, 401],
    ['the secret and more', `/webhooks/coresignal/${pathSecret}/x`, 404],
    ['the secret behind another source', `/webhooks/person-change/${pathSecret}`, 404],
  ])('with %s in the path are refused, and never stored', async (_what, to, status) => {
    expect(await post(to, { body })).toMatchObject({ status });
    expect(await rows('coresignal')).toEqual([]);
  });

  it('with the secret are taken once a day each, however many come', async () => {
    const notices = JSON.stringify(
      Array.from({ length: 130 }, (_, index) => ({ member_id: 1_000 + (index % 120), status: 'changed' })),
    );
    const to = `/webhooks/coresignal/${pathSecret}`;
    // A machine that is busy may be late with a part: what was stored by then is recognised.
    const answer = await eventually('all notices are taken', async () => {
      const { status, body: answered } = await post(to, { body: notices });
      return status === 202 ? receipt.parse(answered) : undefined;
    });
    expect([answer.events.length, answer.rejected]).toEqual([130, 0]);
    expect(answer.duplicates).toBeGreaterThanOrEqual(10);
    expect(await rows('coresignal')).toHaveLength(120);
  });
});
