import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { warehouseOf } from '../src/main/warehouse.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { sources } from '../src/sources/index.ts';
import { type Canaries, canariesIn, canary, executionTexts, rowTexts, textsOf } from './canaries.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { newId } from './hubspot-events.ts';
import { operatorOf } from './ops.ts';
import { startProgram } from './program.ts';
import { signedRequest } from './signed-request.ts';
import { runTraceReceiver } from './trace-receiver.ts';
import { violationRows } from './violation-rows.ts';

/**
 * Protects the people of leads: what is theirs is in `leads`, in the warehouse, and with whoever is told of them, and nowhere
 * else, whatever becomes of a lead. Each field of each lead has a canary of its own.
 */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

/** Somebody with a text of their own in every field that could be personal, and the lead with these. */
function somebody(name: string) {
  const digits = String(newId()).slice(-7).padStart(7, '0');
  const canaries = {
    key: canary(`${name}-key`),
    email: `${canary(name)}@canary.example`,
    firstName: canary(`${name}-first`),
    lastName: canary(`${name}-last`),
    phone: `+49 30 ${digits}`,
    number: `+4930${digits}`,
    message: canary(`${name}-message`),
    submission: canary(`${name}-type`),
    utmSource: canary(`${name}-utm-source`),
    utmMedium: canary(`${name}-utm-medium`),
    utmCampaign: canary(`${name}-utm-campaign`),
    utmContent: canary(`${name}-utm-content`),
    utmTerm: canary(`${name}-utm-term`),
    userAgent: canary(`${name}-browser`),
    ownName: canary(`${name}-own-name`),
    ownValue: canary(`${name}-own-value`),
  };
  const lead = {
    idempotency_key: canaries.key,
    source: 'website',
    email: canaries.email,
    first_name: canaries.firstName,
    last_name: canaries.lastName,
    phone: canaries.phone,
    message: `Write to me, ${canaries.message}`,
    submission_type: canaries.submission,
    utm_source: canaries.utmSource,
    utm_medium: canaries.utmMedium,
    utm_campaign: canaries.utmCampaign,
    utm_content: canaries.utmContent,
    utm_term: canaries.utmTerm,
    user_agent: canaries.userAgent,
    consent: true,
    metadata: { [canaries.ownName]: { about: [canaries.ownValue] } },
  };
  return { canaries, lead };
}

const people = {
  captured: somebody('captured'),
  refused: somebody('refused'),
  redriven: somebody('redriven'),
  lost: somebody('lost'),
  invalid: somebody('invalid'),
  unknownField: somebody('unknown'),
  unreadable: somebody('unreadable'),
  unknownSender: somebody('stranger'),
  withoutConsent: somebody('silent'),
  erased: somebody('erased'),
  typeform: somebody('typeform'),
  google: somebody('google'),
};
type Name = keyof typeof people;
const captured: readonly Name[] = ['captured', 'refused', 'redriven', 'lost'];
const everybody: Canaries = Object.fromEntries(
  Object.entries(people).flatMap(([name, { canaries }]) =>
    Object.entries(canaries).map(([field, text]) => [`${name}.${field}`, text]),
  ),
);
const leaksIn = (text: string) => canariesIn(text, everybody);
/** The network address of all of them. */
const address = '203.0.113.77';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const settings = JSON.stringify({
  sources: {
    typeform: { secretVariable: 'LEAD_SECRET' },
    'google-ads': { secretVariable: 'LEAD_SECRET', consent: { field: 'May we write to you?' } },
  },
});
/** What the vendors' samples say of their made-up people. */
const replaced: Readonly<Record<'typeform' | 'google-ads', (text: string, who: Canaries) => string>> = {
  typeform: (text, { email, firstName, number, message, key, utmSource, utmCampaign, ownValue }) =>
    [
      ['Ada@example.com', email],
      ['"text": "Ada"', `"text": "${firstName}"`],
      ['+442079460018', number],
      ['How leads\\nare kept', message],
      ['a1b2c3d4e5f60718293a4b5c6d7e8f90', key],
      ['newsletter', utmSource],
      ['spring', utmCampaign],
      ['"Post"', `"${ownValue}"`],
    ].reduce((given, [from = '', to = '']) => given.replaceAll(from, to), text),
  'google-ads': (text, { email, firstName, lastName, phone, key, ownValue }) =>
    [
      ['grace@example.com', email],
      ['Grace Brewster Hopper', `${firstName} ${lastName}`],
      ['+44 20 7946 0018', phone],
      ['CjwKCAjwmade-up-lead-0001', key],
      ['Analytical Engines', ownValue],
    ].reduce((given, [from = '', to = '']) => given.replaceAll(from, to), text),
};

let causeway: Causeway;
let folder = '';
let traces: Awaited<ReturnType<typeof runTraceReceiver>>;
const ids: Partial<Record<Name, string>> = {};
const answer = z.object({ events: z.array(z.object({ id: z.string() })) });
/** Everything that was seen of the run, by where it was seen. */
const seen = {
  histories: '',
  logs: '',
  metrics: '',
  traces: '',
  rows: '',
  answers: '',
  leads: '',
  told: '',
  copies: '',
};

beforeAll(async () => {
  vi.stubEnv('LEAD_SECRET', secret);
  folder = await mkdtemp(join(tmpdir(), 'causeway-canaries-'));
  traces = await runTraceReceiver();
  const environment = { WAREHOUSE_PATH: join(folder, 'leads'), TRUSTED_PROXIES: '127.0.0.1' };
  causeway = await startCauseway({ worker: false, settings, environment });
  const [port] = await freePorts(1);
  const changes = { PORT: String(port), LOG_LEVEL: 'debug', LEAD_SECRET: secret };
  const program = await startProgram('all', causeway.configuration, {
    ...changes,
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
  });
  const url = `http://127.0.0.1:${port}`;
  await runEverything(url);
  await lookAtEverything(url);
  await program.stop();
  seen.logs = program.lines.join('\n');
  seen.traces = traces.bodies.join('\n');
});
afterAll(async () => {
  await causeway.close();
  await traces.close();
  await rm(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

/** Leads that end in every way, one after the other since faults meet the next call. What refuses one is part of what is seen. */
async function runEverything(url: string): Promise<void> {
  const post = async (path: string, body: string, headers: Record<string, string>): Promise<string> => {
    const more = { 'content-type': 'application/json', 'x-forwarded-for': address };
    const init = { method: 'POST', body, headers: { ...more, ...headers }, signal: AbortSignal.timeout(20_000) };
    const response = await fetch(`${url}${path}`, init);
    const text = await response.text();
    seen.answers += `${text}\n`;
    return response.ok ? (answer.safeParse(JSON.parse(text)).data?.events[0]?.id ?? '') : '';
  };
  const send = (lead: object, key = 'dev-ingest-key') => post('/ingest', JSON.stringify(lead), { 'x-api-key': key });
  const ended = async (name: Name): Promise<void> => {
    ids[name] = await send(people[name].lead);
    await causeway.finished(ids[name] ?? '', 60_000);
  };
  const fault = (connector: string, given: { fault: 'status' | 'lost-answer'; status?: number }) =>
    causeway.sandbox.fault({ connector, ...given });
  const operator = operatorOf({ url, configuration: causeway.configuration });

  await ended('captured');
  await send({ ...people.captured.lead, first_name: 'another' });
  await fault('marketing', { fault: 'status', status: 400 });
  await ended('refused');
  await fault('hubspot', { fault: 'status', status: 400 });
  await ended('redriven');
  await operator.post('/ops/redrives', { eventIds: [ids.redriven] });
  await eventually('the second run ends', async () =>
    (await causeway.read(ids.redriven ?? '')).outcome === 'captured' ? true : undefined,
  );
  await fault('assistant', { fault: 'lost-answer' });
  await ended('lost');
  await send({ ...people.invalid.lead, email: people.invalid.canaries.firstName });
  await send({ ...people.unknownField.lead, [people.unknownField.canaries.ownName]: 1 });
  await post('/ingest', `{"email": "${people.unreadable.canaries.email}`, { 'x-api-key': 'dev-ingest-key' });
  await send(people.unknownSender.lead, 'nobody');
  await send({ ...people.withoutConsent.lead, consent: 'yes' });
  await send({ ...people.withoutConsent.lead, consent: false, email: 'nobody', idempotency_key: 'other' });
  for (const [name, source, file] of [
    ['typeform', 'typeform', 'response'],
    ['google', 'google-ads', 'lead'],
  ] as const) {
    const path = join(import.meta.dirname, '../src/sources', source, 'samples', `${file}.json`);
    const body = replaced[source](await readFile(path, 'utf8'), people[name].canaries);
    const scheme = sources.find((each) => each.name === source)?.verification;
    if (!scheme) throw new Error(`no source ${source}`);
    for (const by of [secret, 'not-the-secret-not-the-secret']) {
      const request = signedRequest(scheme, { uri: '', body, secret: by });
      await post(`/webhooks/${source}`, request.body, request.headers);
    }
    const { rows } = await causeway.queries.execute<{ id: string }>(
      sql`select id from events where source = ${source}`,
    );
    ids[name] = rows[0]?.id ?? '';
    await causeway.finished(ids[name]);
  }
  await ended('erased');
  const asked = await operator.post('/ops/erasures', { email: people.erased.canaries.email });
  const erasure = z.object({ id: z.string() }).parse(asked.body).id;
  expect(await causeway.finished(erasure, 60_000)).toMatchObject({ state: 'done' });
  seen.answers += textsOf((await operator.get(`/ops/erasures/${erasure}`)).body);
}

async function lookAtEverything(url: string): Promise<void> {
  const operator = operatorOf({ url, configuration: causeway.configuration });
  await eventually('the copies are made', async () => {
    const { rows } = await causeway.queries.execute<{ open: number }>(
      sql`select count(*)::int as open from effects where action = 'store_lead' and state = 'intent'`,
    );
    return rows[0]?.open === 0 ? true : undefined;
  });
  // Who is asked for in a search or an export is answered; the log says nothing of it.
  const { email, phone } = people.captured.canaries;
  seen.leads += textsOf((await operator.get(`/api/v1/leads?email=${encodeURIComponent(email)}`)).body);
  await operator.post('/api/v1/leads/search', { q: email });
  await operator.post('/ops/subjects', { email });
  for (const wrong of [{ email, phone }, { [phone]: email }, email]) {
    seen.answers += textsOf((await operator.post('/ops/erasures', wrong)).body);
    seen.answers += textsOf((await operator.post('/api/v1/leads/search', wrong)).body);
  }
  for (const path of [
    ...['failures', 'failures?class=MarketingRejected', 'lanes', 'violations', 'providers'].map(
      (name) => `/ops/${name}`,
    ),
    ...Object.values(ids).flatMap((id) => [`/ops/why/${id}`, `/api/v1/events/${id}`]),
    `/api/v1/leads?no_such=${encodeURIComponent(email)}`,
  ])
    seen.answers += textsOf((await operator.get(path)).body);
  seen.metrics = textsOf((await operator.get('/metrics')).body);
  const queue = causeway.configuration.TEMPORAL_TASK_QUEUE;
  for await (const { workflowId } of causeway.client.workflow.list({ query: `TaskQueue = '${queue}'` }))
    seen.histories += await executionTexts(causeway, workflowId);
  seen.rows = await rowTexts(causeway, ['public.leads']);
  const { rows } = await causeway.queries.execute(sql`select to_jsonb(l) as lead from leads l`);
  seen.leads += textsOf(rows);
  seen.told = textsOf((await causeway.sandbox.effects()).filter(({ connector }) => connector === 'marketing'));
  seen.copies = textsOf(
    await warehouseOf(causeway.configuration)?.query('select * from leads', { timeoutMs: 20_000, maxRows: 100 }),
  );
}

const namesIn = (text: string, name: Name) => canariesIn(text, people[name].canaries);
const fieldsOf = (name: Name) => Object.keys(people[name].canaries);

describe('what is personal', () => {
  it.each(captured)('of a lead that was %s is in its row, all of it', (name) => {
    expect(namesIn(seen.leads, name)).toEqual(fieldsOf(name));
    expect(seen.leads).toContain(address);
  });

  it.each(captured.filter((name) => name !== 'refused'))(
    'of a lead that was %s is with marketing and in the warehouse, but for what is none of their business',
    (name) => {
      const without = (...names: string[]) => fieldsOf(name).filter((field) => !names.includes(field));
      expect(namesIn(seen.told, name)).toEqual(without('userAgent'));
      expect(namesIn(seen.copies, name)).toEqual(without('key'));
      expect(seen.told + seen.copies).not.toContain(address);
    },
  );

  it.each(['typeform', 'google'] as const)('of a lead of %s is in its row and with marketing', (name) => {
    for (const text of [seen.leads, seen.told])
      expect(namesIn(text, name)).toEqual(expect.arrayContaining(['key', 'email', 'firstName', 'number', 'ownValue']));
  });

  it.each(['erased', 'withoutConsent', 'unknownSender'] as const)('of who is %s is nowhere', (name) => {
    expect(namesIn(Object.values(seen).join('\n'), name)).toEqual([]);
  });

  it('of a lead that did not fit is kept, sealed, and of one without consent is not', async () => {
    const { rows } = await causeway.queries.execute(sql`select count(*)::int as count from schema_violations`);
    expect(rows).toEqual([{ count: 4 }]);
    const kept = (await violationRows(causeway)).map(({ raw }) => raw.toString()).join('\n');
    expect(namesIn(kept, 'invalid')).toContain('lastName');
    expect(namesIn(kept, 'unknownField')).toContain('email');
    expect(namesIn(kept, 'unreadable')).toEqual(['email']);
    expect(namesIn(kept, 'withoutConsent')).toEqual([]);
  });
});

describe('everything else', () => {
  it.each(['histories', 'logs', 'metrics', 'traces', 'rows', 'answers'] as const)('says nothing of it: %s', (where) => {
    expect(leaksIn(seen[where])).toEqual([]);
    expect(seen[where]).not.toContain(address);
  });

  it('was looked at, and knows the leads', () => {
    const known = Object.values(ids);
    expect(known).toHaveLength(7);
    for (const id of known)
      for (const where of ['histories', 'logs', 'rows', 'answers'] as const) expect(seen[where]).toContain(id);
    expect(seen.logs).toContain('"level":"debug"');
    expect(seen.histories).toContain('eraseSubject');
    expect(seen.answers).toContain('MarketingRejected');
    expect(seen.answers.match(/"reason":"\w+"/g)).toHaveLength(8);
    expect(seen.metrics).toContain('dlq_events_total{class="MarketingRejected"} 1');
    const names = new Set(traces.spans.map(({ name }) => name));
    for (const name of [
      'POST /ingest',
      'POST /webhooks/:source',
      'RunWorkflow:leadIntake',
      'RunActivity:act',
      'RunWorkflow:eraseSubject',
    ])
      expect(names).toContain(name);
  });
});
