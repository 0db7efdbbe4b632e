import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { receipt } from '../src/domain/received.ts';
import { sources } from '../src/sources/index.ts';
import { createStandardWebhooks } from '../src/sources/standard-webhooks/index.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { signedRequest } from './signed-request.ts';

/** Protects whoever begins with what the description of the API shows: each example in it is taken as it stands. */

vi.setConfig({ testTimeout: 60_000 });

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const urlOf = (name: string) => `https://hooks.example.com/webhooks/${name}`;
const fields = {
  type: 'type',
  occurredAt: 'timestamp',
  objectType: 'data.object.type',
  objectId: 'data.object.id',
  accountId: 'data.account.id',
  contactEmail: 'data.user.email',
};
const vendors = sources.filter(({ name }) => name !== 'hubspot' && name !== 'person-change');
const settings = JSON.stringify({
  sources: {
    ...Object.fromEntries(vendors.map(({ name }) => [name, { secretVariable: 'SOURCE_SECRET', url: urlOf(name) }])),
    'google-ads': { secretVariable: 'SOURCE_SECRET', consent: { field: 'May we write to you?', answer: 'Yes' } },
    product: { secretVariable: 'SOURCE_SECRET', fields },
  },
});

const examples = z.record(z.string(), z.object({ value: z.unknown() }));
const operation = z.object({
  requestBody: z.object({
    content: z.object({
      'application/json': z.object({
        example: z.unknown().optional(),
        examples: examples.optional(),
      }),
    }),
  }),
});
type Described = Map<string, z.infer<typeof operation>['requestBody']['content']['application/json']>;

let causeway: Causeway;
let described: Described;
beforeAll(async () => {
  vi.stubEnv('SOURCE_SECRET', secret);
  causeway = await startCauseway({
    worker: false,
    environment: { HUBSPOT_CLIENT_SECRET: secret, HUBSPOT_WEBHOOK_URL: urlOf('hubspot'), PERSON_CHANGE_SECRET: secret },
    settings,
  });
  const response = await fetch(`${causeway.url}/docs/json`, { signal: AbortSignal.timeout(10_000) });
  const document = z.object({ paths: z.record(z.string(), z.object({ post: z.unknown().optional() })) });
  const { paths } = document.parse(await response.json());
  described = new Map(
    Object.entries(paths).flatMap(([path, item]) => {
      const read = operation.safeParse(item.post);
      return read.success ? [[path, read.data.requestBody.content['application/json']] as const] : [];
    }),
  );
});
afterAll(async () => {
  await causeway.close();
  vi.unstubAllEnvs();
});

async function post(path: string, headers: Record<string, string>, body: string) {
  const init = { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) };
  const response = await fetch(`${causeway.url}${path}`, init);
  const answer: unknown = await response.json();
  return { status: response.status, answer };
}
const count = async (of: 'events' | 'schema_violations', source: string): Promise<number> =>
  (await causeway.queries.execute(sql`select id from ${sql.identifier(of)} where source = ${source}`)).rows.length;

const senders = [...sources, createStandardWebhooks({ name: 'product', fields })];
it.each(senders.flatMap(({ name, verification, path = '' }) => [{ name, verification, path }]))(
  'the example of what $name sends is an event',
  async ({ name, verification, path }) => {
    const hasKey = verification.algorithm === 'path-key';
    const example = described.get(hasKey ? '/webhooks/{source}/{key}' : '/webhooks/{source}')?.examples?.[name]?.value;
    expect(described.get(path || '/webhooks/{source}')?.examples).toMatchObject(
      hasKey ? {} : { [name]: { value: example } },
    );
    const body = JSON.stringify(example);
    const { pathKey, ...request } = signedRequest(verification, { uri: urlOf(name), body, secret });
    const to = path === '' ? ['/webhooks', name, ...(pathKey === undefined ? [] : [pathKey])].join('/') : path;
    const { status, answer } = await post(to, request.headers, request.body);
    expect([200, 202]).toContain(status);
    expect(receipt.safeParse(answer).data?.rejected ?? 0).toBe(0);
    expect(await count('events', name)).toBeGreaterThan(0);
    expect(await count('schema_violations', name)).toBe(0);
  },
);

it('the examples of leads are taken in, and come with consent', async () => {
  const bodies = Object.values(described.get('/ingest')?.examples ?? {}).map(({ value }) => JSON.stringify(value));
  expect(bodies).toHaveLength(2);
  for (const body of bodies) {
    const { status, answer } = await post('/ingest', { 'x-api-key': 'dev-ingest-key' }, body);
    expect([status, answer]).toMatchObject([202, { rejected: 0 }]);
  }
  const { rows } = await causeway.queries.execute(
    sql`select outcome from events where type = 'lead.submitted' and source = 'website'`,
  );
  expect(rows).toEqual([{ outcome: null }, { outcome: null }]);
});

it('no example of what operators and readers send is refused for its form', async () => {
  const headers = {
    authorization: `Bearer ${causeway.configuration.OPERATOR_API_KEY}`,
    'content-type': 'application/json',
  };
  const others = [...described].filter(([path]) => !path.includes('webhooks') && path !== '/ingest');
  const shown = others.flatMap(([path, { example }]) => (example === undefined ? [] : [[path, example] as const]));
  expect(shown.map(([path]) => path)).toEqual([
    '/api/v1/intelligence/companies',
    '/api/v1/intelligence/companies/{id}/refresh',
    '/ops/redrives',
    '/ops/erasures',
    '/ops/subjects',
  ]);
  for (const [path, body] of shown) {
    const { status } = await post(path.replace('{id}', 'example.com'), headers, JSON.stringify(body));
    expect([path, status]).toEqual([path, expect.toSatisfy((code: number) => code < 300 || code === 404)]);
  }
});
