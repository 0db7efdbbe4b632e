import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sources } from '../src/sources/index.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { newId } from './hubspot-events.ts';
import { signedRequest } from './signed-request.ts';
import { violationRows } from './violation-rows.ts';

/** Protects leads that vendors send in their own form: captured once like those of /ingest, and nothing kept without consent. */

vi.setConfig({ testTimeout: 60_000 });

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const another = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;
const settings = JSON.stringify({
  sources: {
    typeform: { secretVariable: 'LEAD_SECRET' },
    'google-ads': { secretVariable: 'LEAD_SECRET', consent: { field: 'May we write to you?' } },
    'hubspot-forms': { secretVariable: 'LEAD_SECRET' },
  },
});

let causeway: Causeway;
beforeAll(async () => {
  vi.stubEnv('LEAD_SECRET', secret);
  causeway = await startCauseway({ settings });
});
afterAll(async () => {
  await causeway.close();
  vi.unstubAllEnvs();
});

/** What a vendor's sample is with a person and an id of its own. */
function sampleOf(name: string, file: string, id: number): string {
  const text = readFileSync(join(import.meta.dirname, '../src/sources', name, 'samples', `${file}.json`), 'utf8');
  return text
    .replaceAll(/(?:ada|grace)@example/gi, `ada-${id}@example`)
    .replaceAll(/made-up-lead-0001|a1b2c3d4e5f6/g, `${id}`);
}

const cases = [
  {
    name: 'typeform',
    file: 'response',
    change: ['"boolean": true', '"boolean": false'],
    first: 'Ada',
    status: 202,
    metadata: { form_id: 'mdUp01', hidden: { plan: 'pro' }, answers: { tools: ['Slack', 'Post'] } },
  },
  {
    name: 'google-ads',
    file: 'lead',
    change: ['"string_value": "Yes"', '"string_value": "No"'],
    first: 'Grace',
    status: 200,
    metadata: {
      form_id: '9007199254740993',
      campaign_id: '20734511234567891',
      creative_id: '9223372036854775807',
      gcl_id: 'Cj0KCQjw-made-up-click',
    },
  },
  {
    name: 'hubspot-forms',
    file: 'submission',
    change: ['"consentToProcess": true', '"consentToProcess": "true"'],
    first: 'Ada',
    status: 202,
    metadata: { context: { pageName: 'Demo' }, fields: { '0-2/name': 'Analytical Engines' } },
  },
] as const;

describe.each(cases)('$name', ({ name, file, change, first, status, metadata }) => {
  const scheme = sources.find((source) => source.name === name)?.verification;
  if (!scheme) throw new Error(`no source ${name}`);
  const sign = (body: string, by = secret) => signedRequest(scheme, { uri: '', body, secret: by });

  async function post(request: ReturnType<typeof sign>) {
    const init = { ...request, method: 'POST', signal: AbortSignal.timeout(20_000) };
    const response = await fetch(`${causeway.url}/webhooks/${name}`, init);
    return { status: response.status, body: await response.text() };
  }
  const rowsOf = async (table: 'events' | 'leads' | 'schema_violations') =>
    (
      await causeway.queries.execute<{ id: string; outcome: string | null; row: string }>(
        sql`select id, to_jsonb(t)->>'outcome' as outcome, to_jsonb(t)::text as row from ${sql.identifier(table)} t where source = ${name}`,
      )
    ).rows;

  it('brings a lead that is captured once and handed on once, though it comes twice', async () => {
    const before = new Set((await rowsOf('events')).map(({ id }) => id));
    const request = sign(sampleOf(name, file, newId()));
    const answers = [await post(request), await post(request)];
    expect(answers.map((answer) => answer.status)).toEqual([status, status]);
    const events = (await rowsOf('events')).filter(({ id }) => !before.has(id));
    expect(events).toHaveLength(1);
    const id = events[0]?.id ?? '';
    expect(await causeway.finished(id)).toMatchObject({ outcome: 'captured', source: name, type: 'lead.submitted' });
    const { rows } = await causeway.queries.execute(sql`select to_jsonb(l) as lead from leads l where id = ${id}`);
    expect(rows).toMatchObject([
      {
        lead: {
          source: name,
          first_name: first,
          email: expect.stringContaining('@example.com'),
          ip_address: null,
          metadata,
        },
      },
    ]);
    const effects = (await causeway.sandbox.effects()).filter(({ key }) => key.includes(id));
    expect(effects.map(({ connector }) => connector).toSorted()).toEqual(['assistant', 'hubspot', 'marketing']);
  });

  it('lets nobody in who does not have its secret, and keeps nothing of them', async () => {
    const before = await rowsOf('events');
    const request = sign(sampleOf(name, file, newId()), another);
    expect(await post(request)).toMatchObject({ status: 401 });
    expect(await rowsOf('events')).toEqual(before);
    expect(await rowsOf('schema_violations')).toEqual([]);
  });

  it('keeps nothing of a lead without consent, and answers like any other', async () => {
    const before = new Set((await rowsOf('events')).map(({ id }) => id));
    const leads = await rowsOf('leads');
    const id = newId();
    const body = sampleOf(name, file, id).replace(change[0], change[1]);
    expect(await post(sign(body))).toMatchObject({ status });
    const [event, ...others] = (await rowsOf('events')).filter((row) => !before.has(row.id));
    expect(others).toEqual([]);
    expect(event).toMatchObject({ outcome: 'no_consent' });
    expect(event?.row).not.toMatch(new RegExp(`example\\.com|${id}|7946`));
    expect(await rowsOf('leads')).toEqual(leads);
    // Neither is it where it does not fit.
    const unfit = body.replaceAll(/"[^"]*@example\.com"/g, '"nobody"').replaceAll(`${id}`, `${newId()}`);
    const kept = (await violationRows(causeway)).length;
    await post(sign(unfit));
    const violations = (await violationRows(causeway)).slice(kept);
    expect(violations).toMatchObject([{ path: 'email', raw: Buffer.alloc(0) }]);
  });
});

describe('google-ads', () => {
  const scheme = sources.find(({ name }) => name === 'google-ads')?.verification;

  it.each(['lead', 'test-lead'])('is answered with 200 and an empty object, and nothing else: %s', async (file) => {
    if (!scheme) throw new Error('no scheme');
    const request = signedRequest(scheme, { uri: '', body: sampleOf('google-ads', file, newId()), secret });
    const response = await fetch(`${causeway.url}/webhooks/google-ads`, { ...request, method: 'POST' });
    expect([response.status, await response.text()]).toEqual([200, '{}']);
  });
});
