import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { receipt } from '../src/domain/received.ts';
import { warehouseOf } from '../src/main/warehouse.ts';
import { createApiKeys } from '../src/operations/api-keys.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { newId } from './hubspot-events.ts';
import { violationRows } from './violation-rows.ts';

/** Protects leads at the door: who may send them, what is taken, and that each is captured once and handed on once. */

vi.setConfig({ testTimeout: 60_000 });

const settings = 'enrichment: {hubspotRequestsPer10Seconds: 100000}';
let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ settings });
});
afterAll(() => causeway.close());

const lead = (given: Record<string, unknown> = {}) => {
  const id = newId();
  return {
    idempotency_key: `form-${id}`,
    source: 'website',
    email: `ada-${id}@example.com`,
    first_name: 'Ada',
    last_name: 'Lovelace',
    phone: '+44 20 7946 0018',
    message: 'Tell me more',
    utm_campaign: 'spring',
    consent: true,
    metadata: { plan: 'pro' },
    ...given,
  };
};

async function post(body: unknown, headers: Record<string, string> = { 'x-api-key': 'dev-ingest-key' }) {
  const response = await fetch(`${causeway.url}/ingest`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
    signal: AbortSignal.timeout(20_000),
  });
  const raw = z.looseObject({}).parse(await response.json());
  return { status: response.status, raw, headers: response.headers };
}

async function accepted(body: unknown, headers?: Record<string, string>) {
  const { status, raw } = await post(body, headers);
  expect(status).toBe(202);
  return receipt.parse(raw);
}

const stored = async (id: string | undefined) =>
  (await causeway.queries.execute(sql`select to_jsonb(l) as lead from leads l where id = ${id}`)).rows.map(
    (row) => row['lead'],
  );

describe('a lead', () => {
  it('is captured with what was made of it, and handed once to everybody who is set up to have it', async () => {
    const sent = lead();
    const { events } = await accepted(sent);
    const view = await causeway.finished(events[0]?.id ?? '');
    expect(view).toMatchObject({ state: 'done', outcome: 'captured', source: 'website', type: 'lead.submitted' });
    const states = view.actions.map(({ type, effect }) => [type, effect.state]);
    expect(states).toEqual([
      ['upsert_contact', 'confirmed'],
      ['send_to_marketing', 'confirmed'],
      ['send_to_assistant', 'confirmed'],
      ['index_lead', 'skipped'],
      ['store_lead', 'skipped'],
    ]);
    const { idempotency_key: _key, ...columns } = sent;
    expect(await stored(view.id)).toMatchObject([
      {
        ...columns,
        tenant_id: 'default',
        event_id: view.id,
        ip_address: '127.0.0.1',
        metadata: { plan: 'pro', normalised: { phone_e164: '+442079460018', disposable: false } },
      },
    ]);
    const effects = (await causeway.sandbox.effects()).filter(({ key }) => key.includes(view.id));
    expect(effects.map(({ connector, target }) => `${connector} ${target.split('/')[0]}`).toSorted()).toEqual([
      'assistant lead.captured',
      'hubspot contacts',
      'marketing lead.captured',
    ]);
  });

  it('that comes again is a duplicate; with another content it is a conflict, and nothing is overwritten', async () => {
    const sent = lead();
    const { events } = await accepted(sent);
    expect(await accepted(sent)).toMatchObject({ accepted: 0, duplicates: 1, events: [{ id: events[0]?.id }] });
    const conflict = await post({ ...sent, first_name: 'Eve' });
    expect(conflict).toMatchObject({ status: 409, raw: { reason: 'conflict' } });
    await causeway.finished(events[0]?.id ?? '');
    expect(await stored(events[0]?.id)).toMatchObject([{ first_name: 'Ada' }]);
  });

  it('that a hundred requests bring at once is one lead, and one effect each', async () => {
    const sent = lead();
    const receipts = await Promise.all(Array.from({ length: 100 }, () => accepted(sent)));
    const ids = new Set(receipts.flatMap(({ events }) => events.map(({ id }) => id)));
    expect(receipts.reduce((sum, each) => sum + each.accepted, 0)).toBe(1);
    expect(ids.size).toBe(1);
    const [id = ''] = ids;
    await causeway.finished(id);
    const effects = (await causeway.sandbox.effects()).filter(({ key }) => key.includes(id));
    expect(effects).toHaveLength(3);
    const { rows } = await causeway.queries.execute(
      sql`select from leads where idempotency_key = ${sent.idempotency_key}`,
    );
    expect(rows).toHaveLength(1);
  });

  it('finds its key in the header too, where it has none of its own', async () => {
    const { idempotency_key: key, ...sent } = lead();
    const headers = { 'x-api-key': 'dev-ingest-key', 'idempotency-key': key };
    const { events } = await accepted(sent, headers);
    expect(await accepted(sent, headers)).toMatchObject({ duplicates: 1, events: [{ id: events[0]?.id }] });
    expect((await post(sent)).status).toBe(422);
  });

  it.each([false, 'true', 1, null, 'yes', undefined])(
    'with the consent %j is answered like any other, and nothing of it is kept',
    async (consent) => {
      const sent = lead({ consent });
      const { events } = await accepted(sent);
      const id = events[0]?.id ?? '';
      expect(await causeway.read(id)).toMatchObject({
        state: 'done',
        outcome: 'no_consent',
        decision: null,
        actions: [],
      });
      expect((await accepted(sent)).duplicates).toBe(1);
      expect(await stored(id)).toEqual([]);
      const { rows } = await causeway.queries.execute<{ row: string; keys: number }>(sql`
        select to_jsonb(e)::text as row, (select count(*)::int from subject_keys k where k.id = e.subject_key_id) as keys
        from events e where id = ${id}`);
      expect(rows[0]?.row).not.toMatch(/example\.com|lovelace|20 7946|form-|spring/i);
      expect(rows[0]?.keys).toBe(0);
    },
  );
});

describe('a lead that does not fit', () => {
  it('is kept, sealed, so that its source can be mended; without consent nothing of it is', async () => {
    const given = { email: 'nobody', first_name: 'Grace', consent: true };
    expect((await post(lead(given))).status).toBe(422);
    expect((await post(lead({ ...given, first_name: 'Hopper', consent: 'yes' }))).status).toBe(422);
    const texts = (await violationRows(causeway)).map(({ raw }) => raw.toString());
    expect(texts.filter((text) => text.includes('Grace'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('Hopper'))).toEqual([]);
  });
});

describe('what is no JSON', () => {
  it('is kept, sealed, up to 16 KiB of it', async () => {
    const sent = `{"email": "${'ada@example.com '.repeat(5_000)}`;
    expect((await post(sent)).status).toBe(400);
    const raws = (await violationRows(causeway)).map(({ raw }) => raw.toString());
    expect(raws.filter((raw) => raw.startsWith('{"email": "ada@'))).toEqual([sent.slice(0, 16_384)]);
  });
});

describe('a request', () => {
  it('with several leads takes what fits and says of the rest what does not', async () => {
    const {
      accepted: taken,
      rejected,
      events,
    } = await accepted([lead(), lead({ email: 'nobody' }), lead({ role: 'x' })]);
    expect([taken, rejected]).toEqual([1, 2]);
    expect(events.slice(1)).toMatchObject([
      { status: 'violation', error: { path: '[1].email' } },
      { status: 'violation', error: { path: '[2].role' } },
    ]);
  });

  it.each([
    ['no JSON', '{"email": ', 400, 'not_json'],
    ['a number that loses digits', '{"metadata": {"id": 9007199254740993}}', 400, 'not_json'],
    ['a way to a prototype', '{"__proto__": {"consent": true}}', 400, 'not_json'],
    ['a key twice, of which the last counts', '{"email": "ada@example.com", "email": 7}', 422, 'nothing_fits'],
    ['33 levels of nesting', { metadata: JSON.parse(`${'['.repeat(32)}${']'.repeat(32)}`) }, 422, 'nothing_fits'],
    ['100,000 levels of nesting', `{"metadata": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400, 'not_json'],
    ['a lead that fits nothing', { email: 'x' }, 422, 'nothing_fits'],
    ['more than a hundred', Array.from({ length: 101 }, () => ({})), 400, 'not_a_batch'],
    ['a text', '"lead"', 400, 'not_a_batch'],
  ])('with %s is refused, in words, and none of it is taken', async (_what, body, status, reason) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status, raw: { reason, detail: expect.any(String) } });
  });

  it('of whom nobody knows is refused, and nothing of it is looked at', async () => {
    for (const headers of [
      {},
      { 'x-api-key': 'dev-ingest-key-' },
      { 'x-api-key': 'cw_0123456789ab_x' },
      { authorization: 'Bearer x' },
    ]) {
      const { status, raw } = await post('{', headers);
      expect([status, raw['reason']]).toEqual([401, 'unknown_sender']);
    }
  });
});

const keys = () => createApiKeys({ queries: causeway.queries, tenantId: 'default' });

describe('an API key', () => {
  it('lets its sender in for its sources, until it is revoked; what is kept of it does not open the door', async () => {
    const { id, key } = await keys().create({ name: 'shop', sources: ['shop'], perMinute: null }, 'test');
    const headers = { 'x-api-key': key };
    await accepted(lead({ source: 'shop' }), headers);
    const other = await post(lead({ source: 'website' }), headers);
    expect(other).toMatchObject({ status: 422, raw: { detail: expect.stringContaining('shop') } });
    expect((await post(lead({ source: 'shop' }), { 'x-api-key': `${key.slice(0, -1)}_` })).status).toBe(401);
    const { rows } = await causeway.queries.execute(
      sql`select to_jsonb(k)::text as row from api_keys k where id = ${id}`,
    );
    expect(JSON.stringify(rows)).not.toContain(key.split('_').slice(2).join('_'));
    expect(await keys().revoke(id, 'test')).toBe(true);
    expect((await post(lead({ source: 'shop' }), headers)).status).toBe(401);
    expect(await keys().list()).toMatchObject([{ id, name: 'shop', revokedAt: expect.any(String) }]);
  });

  it('with a limit is told when to come again, and the limit holds for all who use the key at once', async () => {
    const { key } = await keys().create({ name: 'busy', sources: null, perMinute: 5 }, 'test');
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(lead(), { 'x-api-key': key })));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(7);
    for (const { raw, headers } of refused) {
      expect(raw['reason']).toBe('too_many_requests');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });
});

describe('a receiver that is away', () => {
  // A fault meets the next call, whosesoever it is.
  beforeAll(async () => {
    await causeway.close();
    causeway = await startCauseway({ settings });
  });

  it('keeps no other from the lead, which stays captured; run again, each gets it once', async () => {
    await causeway.sandbox.fault({ connector: 'marketing', fault: 'status', status: 400 });
    const { events } = await accepted(lead());
    const id = events[0]?.id ?? '';
    const failed = await causeway.finished(id);
    expect(failed).toMatchObject({ state: 'failed', failure: { class: 'MarketingRejected' } });
    expect(await stored(id)).toHaveLength(1);
    const answer = await fetch(`${causeway.url}/ops/redrives`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${causeway.configuration.OPERATOR_API_KEY}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ eventIds: [id] }),
    });
    expect(answer.status).toBe(202);
    await vi.waitFor(async () => expect((await causeway.read(id)).outcome).toBe('captured'), { timeout: 20_000 });
    const effects = (await causeway.sandbox.effects()).filter(({ key }) => key.includes(id));
    expect(effects.map(({ connector }) => connector).toSorted()).toEqual(['assistant', 'hubspot', 'marketing']);
  });

  it.each(['marketing', 'assistant', 'hubspot'] as const)(
    '%s whose answer is lost gets the lead once',
    async (connector) => {
      const operation = connector === 'hubspot' ? 'contacts.batchUpsert' : 'messages.receive';
      await causeway.sandbox.fault({ connector, operation, fault: 'lost-answer' });
      const { events } = await accepted(lead());
      const view = await causeway.finished(events[0]?.id ?? '', 50_000);
      expect(view.outcome).toBe('captured');
      const effects = (await causeway.sandbox.effects()).filter(({ key }) => key.includes(view.id));
      expect(effects).toHaveLength(3);
    },
  );
});

/** The copy of a lead in the warehouse, once it is there. */
const copied = async (id: string) =>
  eventually('the lead is copied', async () => {
    const copy = (await causeway.read(id)).actions.find(({ type }) => type === 'store_lead');
    return copy?.effect.state === 'confirmed' ? copy : undefined;
  });

describe('the warehouse', () => {
  let folder = '';
  beforeAll(async () => {
    await causeway.close();
    folder = await mkdtemp(join(tmpdir(), 'causeway-warehouse-'));
    causeway = await startCauseway({ settings, environment: { WAREHOUSE_PATH: join(folder, 'leads') } });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has each lead once, without its key and the address that it came from', async () => {
    const sent = lead();
    const { events } = await accepted(sent);
    const id = events[0]?.id ?? '';
    await copied(id);
    const query = { timeoutMs: 20_000, maxRows: 10 };
    const { rows } = (await warehouseOf(causeway.configuration)?.query('select * from leads', query)) ?? { rows: [] };
    expect(rows).toHaveLength(1);
    const text = JSON.stringify(rows[0]);
    expect(text).toContain(sent.email);
    expect(text).not.toContain(sent.idempotency_key);
    expect(text).not.toContain('127.0.0.1');
  });

  it('that is away keeps no lead from being captured, and is brought up to date when it is back', async () => {
    const away = join(folder, 'away');
    await rename(join(folder, 'leads'), away);
    await writeFile(join(folder, 'leads'), 'no folder');
    const { events } = await accepted(lead());
    const id = events[0]?.id ?? '';
    expect(await causeway.finished(id)).toMatchObject({ state: 'done', outcome: 'captured' });
    await eventually('it was tried in vain', async () => {
      const copy = (await causeway.read(id)).actions.find(({ type }) => type === 'store_lead');
      return (copy?.effect.attempts ?? 0) > 3 ? true : undefined;
    });
    await rm(join(folder, 'leads'));
    await rename(away, join(folder, 'leads'));
    expect(await copied(id)).toMatchObject({ effect: { state: 'confirmed' } });
  });
});
