import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { cutAt, isWithin } from '../src/domain/characters.ts';
import { utmFields } from '../src/domain/lead.ts';
import { type ReceivedEvent, receipt } from '../src/domain/received.ts';
import { warehouseOf } from '../src/main/warehouse.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { oddStrings } from './odd-strings.ts';
import { find } from './search/leads.ts';

/** Protects whatever text people send: in every field it is kept exactly and reads the same everywhere, or is refused in words. */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

type Lead = Record<string, unknown> & { idempotency_key: string; metadata: Record<string, unknown> };

const columns = [
  'first_name',
  'last_name',
  'phone',
  'message',
  'submission_type',
  ...utmFields,
  'user_agent',
  'source',
];
const places = [...columns, 'idempotency_key', 'email', 'mailbox', 'metadata', 'name in metadata'] as const;
type Place = (typeof places)[number];
/** The field that is named when a text is refused there. */
const fieldOf = (place: Place) => (place === 'mailbox' ? 'email' : place.replace('name in ', ''));

/** One person, so that all leads wait in one lane and next to nothing is started. */
const plain = (key: string): Lead => ({
  idempotency_key: key,
  source: 'website',
  email: 'door@example.com',
  consent: true,
  metadata: {},
});

function put(lead: Lead, place: Place, text: string): Lead {
  if (place === 'metadata') return { ...lead, metadata: { ...lead.metadata, text } };
  if (place === 'name in metadata') return { ...lead, metadata: { ...lead.metadata, [text]: 'a name' } };
  return place === 'mailbox' ? { ...lead, email: `${text}@example.com` } : { ...lead, [place]: text };
}

/** Whoever reads the lines has one for each, and nobody can forge another. */
function watchLog() {
  const lines: { msg: string }[] = [];
  const line = z.looseObject({ msg: z.string() });
  return {
    write(text: string): void {
      if (!/^\P{Cc}+\n$/u.test(text)) throw new Error('a line of the log is broken');
      lines.push(line.parse(JSON.parse(text)));
    },
    count: (msg: string) => lines.filter((each) => each.msg === msg).length,
  };
}

async function post(causeway: Causeway, body: unknown) {
  const response = await fetch(`${causeway.url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'dev-ingest-key' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const raw: unknown = await response.json();
  return { status: response.status, raw };
}

/** Sends leads in as few requests as the limits on number and size allow; what became of each, in their order. */
async function postAll(causeway: Causeway, leads: readonly Lead[], atOnce: number): Promise<ReceivedEvent[]> {
  const received: ReceivedEvent[] = [];
  let request: Lead[] = [];
  const flush = async () => {
    // The first one fits in any case, so that the request is taken and every other is spoken of.
    const { status, raw } = await post(causeway, [
      plain(`first-${received.length}-${leads[0]?.idempotency_key}`),
      ...request,
    ]);
    expect([status, status === 202 ? '' : raw]).toEqual([202, '']);
    received.push(...receipt.parse(raw).events.slice(1));
    request = [];
  };
  for (const lead of leads) {
    if (request.length === atOnce || JSON.stringify([...request, lead]).length > 250_000) await flush();
    request.push(lead);
  }
  await flush();
  return received;
}

/** Which texts were taken in which place. */
const taken = new Map<Place, string[]>();

const isText = (text: string) => text.isWellFormed() && !/\p{Cc}/u.test(text.trim());
const isLines = (text: string) => text.isWellFormed() && !/[^\P{Cc}\t\n\r]/u.test(text);
const within = (limit: number) => (text: string) => isText(text) && isWithin(text.trim(), limit);
const isSmall = (metadata: object) => Buffer.byteLength(JSON.stringify(metadata)) <= 16_384;
const filled = (limit: number) => (text: string) => within(limit)(text) && text.trim() !== '';

describe('at the door', () => {
  const log = watchLog();
  let door: Causeway;
  beforeAll(async () => {
    door = await startCauseway({ worker: false, environment: { LOG_LEVEL: 'debug' }, logTo: log });
  });
  afterAll(() => door.close());

  /** What is taken where; of addresses it is only said that they are no worse than that. */
  const rules: Readonly<Record<Place, (text: string) => boolean>> = {
    first_name: within(255),
    last_name: within(255),
    phone: within(50),
    submission_type: within(100),
    message: (text) => isLines(text.trim()),
    metadata: (text) => isLines(text) && isSmall({ text }),
    'name in metadata': (text) => isLines(text) && isSmall({ [text]: 'a name' }),
    source: filled(50),
    idempotency_key: filled(255),
    email: filled(254),
    mailbox: (text) => filled(64)(`x${text.trim()}`.slice(1)),
  };

  it.each(places)('%s takes every text that it can hold, and names itself when it refuses one', async (place) => {
    // One of the names is refused with its whole request: see below.
    const texts = oddStrings.filter((text) => place !== 'name in metadata' || text !== '__proto__');
    const leads = texts.map((text, index) => put(plain(`${place}-${index}`), place, text));
    const received = await postAll(door, leads, 49);
    const that = (status: string) => texts.filter((_, index) => received[index]?.status === status);
    const [kept, refused] = [that('accepted'), that('violation')];
    expect([received.length, kept.length + refused.length]).toEqual([texts.length, texts.length]);
    taken.set(place, kept);
    const fits = texts.filter(rules[place] ?? isText);
    expect(kept.length).toBeGreaterThan(5);
    expect(kept).toEqual(fieldOf(place) === 'email' ? fits.filter((text) => kept.includes(text)) : fits);
    for (const { error } of received.flatMap((event) => (event.status === 'violation' ? [event] : []))) {
      expect(error.path).toMatch(new RegExp(`^\\[\\d+\\]\\.${fieldOf(place)}$`));
      expect(error.message).toMatch(/^expected [\x20-\x7e]+$/);
    }
    const alone = await post(door, leads[texts.indexOf(refused[0] ?? '')]);
    const detail = expect.stringContaining(`: ${fieldOf(place)}: expected`);
    expect(alone).toMatchObject({ status: 422, raw: { detail } });
  });

  it('a name in metadata that leads to a prototype is refused with its request', async () => {
    const answer = await post(door, put(plain('prototype'), 'name in metadata', '__proto__'));
    expect(answer).toMatchObject({ status: 400, raw: { detail: expect.stringContaining('__proto__') } });
    expect(Object.hasOwn(Object.prototype, 'a name')).toBe(false);
  });

  it('there is one line in the log for each lead and for each request that was refused', async () => {
    const { rows } = await door.queries.execute<{ events: number; violations: number }>(sql`
      select (select count(*)::int from events) as events, (select count(*)::int from schema_violations where path <> '') as violations`);
    expect(log.count('event received')).toBe(rows[0]?.events);
    expect(log.count('event refused')).toBe(rows[0]?.violations);
    expect(log.count('request refused')).toBe(places.length + 1);
  });
});

const trimmed = (value: unknown) => (typeof value === 'string' ? value.trim() : value);
const cut = (value: unknown) => (typeof value === 'string' ? cutAt(value.trim(), 255) : value);
const utm: readonly string[] = utmFields;

describe('through everything', () => {
  const log = watchLog();
  const leads = new Map<string, Lead>();
  let whole: Causeway;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-odd-'));
    const environment = { LOG_LEVEL: 'debug', WAREHOUSE_PATH: folder };
    whole = await startCauseway({ worker: false, environment, logTo: log });
  });
  afterAll(async () => {
    await whole.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('every text that was taken alone is taken with all others, and comes to its end', async () => {
    const count = Math.max(...[...taken.values()].map((texts) => texts.length));
    // Two places that share a field, or its limits, are filled from both ends.
    const fromTheEnd: readonly Place[] = ['email', 'name in metadata'];
    const sent = Array.from({ length: count }, (_, index) => {
      const lead: Lead = { ...plain(`whole-${index}`), email: `whole-${index}@example.com` };
      return [...taken].reduce((given, [place, texts]) => {
        const text = texts[fromTheEnd.includes(place) ? count - 1 - index : index];
        return text === undefined ? given : put(given, place, text);
      }, lead);
    });
    expect(sent.map((lead) => lead['email'])).toEqual(expect.arrayContaining(taken.get('email') ?? []));
    const received = await postAll(whole, sent, 19);
    expect(received.filter(({ status }) => status !== 'accepted')).toEqual([]);
    for (const [index, { id }] of received.entries()) leads.set(id, sent[index] ?? plain(''));
    await whole.startWorker();
    await eventually(
      'all leads are done and copied',
      async () => {
        const { rows } = await whole.queries.execute<{ open: number; copied: number }>(sql`
          select (select count(*)::int from events where state <> 'done') as open,
            (select count(*)::int from effects where action = 'store_lead' and state = 'confirmed') as copied`);
        return rows[0]?.open === 0 && rows[0].copied >= leads.size ? true : undefined;
      },
      200_000,
    );
  });

  /** Of which leads something is not as it was sent, but for white space around it and what a column is too short for. */
  function changed(given: ReadonlyMap<string, Record<string, unknown>>, without: readonly string[] = []): string[] {
    return [...leads].flatMap(([id, { metadata, ...lead }]) => {
      const there = given.get(id) ?? {};
      const texts = Object.entries(lead).flatMap(([name, value]) =>
        without.includes(name) || there[name] === (utm.includes(name) ? cut(value) : trimmed(value)) ? [] : [name],
      );
      const { normalised: _, ...kept } = z.record(z.string(), z.unknown()).parse(there['metadata']);
      return [...texts, ...(isDeepStrictEqual(kept, metadata) ? [] : ['metadata'])].map((name) => `${id} ${name}`);
    });
  }
  const row = z.looseObject({ id: z.string() });

  it('every text is in PostgreSQL as it was sent, and all of a text that is cut in its column', async () => {
    const { rows } = await whole.queries.execute(sql`select to_jsonb(l) as lead from leads l`);
    const found = new Map(rows.map(({ lead }) => row.parse(lead)).map((lead) => [lead.id, lead]));
    expect(changed(found)).toEqual([]);
    const twins = z.object({ normalised: z.object({ utm_cut: z.record(z.string(), z.string()) }) });
    const long = [...leads].filter(([, lead]) => !isWithin(String(trimmed(lead['utm_term'])), 255));
    expect(long.length).toBeGreaterThan(5);
    for (const [id, lead] of long)
      expect(twins.parse(found.get(id)?.['metadata']).normalised.utm_cut['utm_term']).toBe(trimmed(lead['utm_term']));
  });

  it('the API shows it', async () => {
    const found = new Map<string, Record<string, unknown>>();
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof find>> = await find(
        whole,
        { limit: 100, ...(cursor !== null && { cursor }) },
        'GET',
      );
      for (const lead of page.leads) found.set(lead.id, lead);
      cursor = page.next;
    } while (cursor !== null);
    expect(changed(found, ['user_agent'])).toEqual([]);
  });

  it('the warehouse has it', async () => {
    const query = { timeoutMs: 60_000, maxRows: 2_000 };
    const answer = await warehouseOf(whole.configuration)?.query('select * from leads', query);
    const found = answer?.rows.map((values) => {
      const lead = Object.fromEntries(values.map((value, index) => [answer.columns[index] ?? '', value]));
      return { ...lead, id: String(lead['lead_id']), metadata: JSON.parse(String(lead['metadata'])) };
    });
    expect(changed(new Map(found?.map((lead) => [lead.id, lead])), ['idempotency_key'])).toEqual([]);
  });

  it.each(['marketing', 'assistant'])('%s was sent it', async (connector) => {
    const body = z.object({ data: z.record(z.string(), z.unknown()) });
    const effects = (await whole.sandbox.effects()).filter((effect) => effect.connector === connector);
    const found = new Map(effects.map((effect) => [effect.key.split(':')[0] ?? '', body.parse(effect.body).data]));
    expect(changed(found, ['user_agent'])).toEqual([]);
  });

  it('every lead was captured, without a failure, and the log has one line of each', async () => {
    const { rows } = await whole.queries.execute(
      sql`select state, outcome, count(*)::int as count from events group by state, outcome`,
    );
    const count = rows[0]?.['count'];
    expect(rows).toEqual([{ state: 'done', outcome: 'captured', count }]);
    expect(count).toBeGreaterThan(leads.size);
    for (const msg of ['event received', 'lead captured', 'event finished']) expect(log.count(msg)).toBe(count);
    for (const msg of ['event refused', 'request refused', 'Activity failed']) expect(log.count(msg)).toBe(0);
  });
});
