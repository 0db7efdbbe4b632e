import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Causeway, startCauseway } from './causeway.ts';
import { newId } from './hubspot-events.ts';

/** Protects what programs and people read about the API before they call it: the description of it, and the schema of a lead. */

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ worker: false });
});
afterAll(() => causeway.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${causeway.url}${path}`, { headers, signal: AbortSignal.timeout(5_000) });

const operation = z.object({
  requestBody: z.object({ content: z.object({ 'application/json': z.object({ schema: z.unknown() }) }) }),
  responses: z.record(z.string(), z.object({ content: z.record(z.string(), z.unknown()).optional() })),
});
const webhook = z.object({
  requestBody: z.object({
    content: z.object({
      'application/json': z.object({ schema: z.unknown(), examples: z.record(z.string(), z.unknown()) }),
    }),
  }),
  responses: z.record(z.string(), z.object({ description: z.string() })),
});
const description = z.object({
  components: z.object({ schemas: z.record(z.string(), z.looseObject({})) }),
  paths: z.looseObject({
    '/ingest': z.object({ post: operation }),
    '/webhooks/{source}': z.object({ post: operation }),
  }),
});

describe('/docs/json', () => {
  it('is a valid description of OpenAPI 3.1, in which every reference leads somewhere', async () => {
    const document: unknown = await (await get('/docs/json')).json();
    const validator = new Validator();
    expect(await validator.validate(z.record(z.string(), z.unknown()).parse(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    const { components } = description.parse(document);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, target = '']) => target);
    expect(references.length).toBeGreaterThan(0);
    const there = Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(references.filter((target) => !there.includes(target))).toEqual([]);
  });

  it('has each route in one group that says what it is for', async () => {
    const tagged = z.object({
      tags: z.array(z.object({ name: z.string(), description: z.string() })),
      paths: z.record(z.string(), z.record(z.string(), z.object({ tags: z.array(z.string()) }))),
    });
    const { tags, paths } = tagged.parse(await (await get('/docs/json')).json());
    const groups = Object.entries(paths).flatMap(([path, item]) =>
      Object.values(item).map((route) => [path, route.tags.length, tags.some(({ name }) => name === route.tags[0])]),
    );
    expect(groups.filter(([, count, isKnown]) => count !== 1 || isKnown !== true)).toEqual([]);
    expect(tags.map(({ name }) => name)).toEqual(['Intake', 'Events', 'Leads', 'Buyer groups', 'Operations', 'Health']);
  });

  it('says what POST /ingest reads and every answer that it gives', async () => {
    const { components, paths } = description.parse(await (await get('/docs/json')).json());
    const { requestBody, responses } = paths['/ingest'].post;
    const lead = { $ref: '#/components/schemas/LeadEvent' };
    expect(requestBody.content['application/json'].schema).toEqual({
      oneOf: [lead, { type: 'array', items: lead, maxItems: 100 }],
    });
    expect(components.schemas['LeadEvent']).toMatchObject({ required: expect.arrayContaining(['email', 'source']) });
    expect(Object.keys(responses)).toEqual(['202', '400', '401', '409', '413', '415', '422', '429', '503']);
    expect(Object.keys(responses['202']?.content ?? {})).toEqual(['application/json']);
    expect(Object.keys(responses['422']?.content ?? {})).toEqual(['application/problem+json']);
  });

  it('says that webhooks are answered 202, and when not', async () => {
    const { paths } = description.parse(await (await get('/docs/json')).json());
    const { responses } = paths['/webhooks/{source}'].post;
    expect(Object.keys(responses)).toEqual(['200', '202', '400', '401', '404', '413', '415', '422', '503']);
    expect(Object.keys(responses['202']?.content ?? {})).toEqual(['application/json']);
  });

  it.each([
    ['/api/v1/jobs/{id}', 'get', '200', false],
    ['/ops/jobs', 'get', '200', false],
    ['/ops/jobs/{id}/cancel', 'post', '202', false],
    ['/ops/health/providers', 'get', '200', false],
    ['/api/v1/intelligence/companies', 'get', '200', false],
    ['/api/v1/intelligence/companies', 'post', '202', true],
    ['/api/v1/intelligence/companies/{id}/buyer-group', 'get', '200', false],
    ['/api/v1/intelligence/companies/{id}/refresh', 'post', '202', true],
  ])(
    'says of %s (%s) what it is for, what it answers with %s, and what it reads',
    async (path, method, status, reads) => {
      const document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
      const { paths } = document.parse(await (await get('/docs/json')).json());
      const described = operation
        .partial({ requestBody: true })
        .extend({ summary: z.string(), security: z.array(z.unknown()).min(1) });
      const { responses, requestBody } = described.parse(paths[path]?.[method]);
      expect(responses[status]?.content?.['application/json']).toMatchObject({ schema: { type: 'object' } });
      expect(requestBody !== undefined).toBe(reads);
    },
  );

  it('says of every route when it refuses, as problem details, and that who may ask is asked first', async () => {
    const answers = z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()).optional() }));
    const described = z.looseObject({
      security: z.array(z.record(z.string(), z.unknown())).default([]),
      parameters: z.array(z.looseObject({ in: z.string() })).default([]),
      requestBody: z.unknown().optional(),
      responses: answers,
    });
    const document = z.object({ paths: z.record(z.string(), z.record(z.string(), described)) });
    const { paths } = document.parse(await (await get('/docs/json')).json());
    const open = ['/healthz', '/readyz', '/schemas/lead-event.json'];
    const all = Object.entries(paths).filter(([path]) => !open.includes(path));
    expect(all.length).toBeGreaterThan(20);
    for (const [path, operations] of all) {
      for (const [method, { security, parameters, requestBody, responses }] of Object.entries(operations)) {
        const isRead = security.some((each) => 'sender' in each);
        const expected = [
          '401',
          ...(isRead ? ['429', '503'] : []),
          ...(path.includes('{') ? ['404'] : []),
          ...(requestBody === undefined ? [] : ['400', '413']),
          ...(parameters.some((each) => each.in === 'query') ? ['400'] : []),
        ];
        const what = `${method} ${path}`;
        expect([what, Object.keys(responses)]).toEqual([what, expect.arrayContaining(expected)]);
        for (const [status, { content = {} }] of Object.entries(responses)) {
          const types = Number(status) < 400 ? Object.keys(content) : ['application/problem+json'];
          expect([what, status, Object.keys(content)]).toEqual([what, status, types]);
        }
        expect([what, Object.keys(responses).some((status) => status.startsWith('2'))]).toEqual([what, true]);
      }
    }
  });

  const common = ['202', '400', '401', '413', '415', '503'];
  it.each([
    [
      '/webhooks/{source}',
      ['hubspot', 'person-change', 'hubspot-forms', 'google-ads', 'typeform', 'lusha'],
      ['200', '404', '422'],
    ],
    ['/webhooks/{source}/{key}', ['coresignal'], ['404']],
    ['/api/webhooks/person-change', ['person-change'], ['422']],
  ])('says of %s what each sender sends, with an example, and what it answers', async (path, senders, also) => {
    const document = z.object({
      components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
      paths: z.record(z.string(), z.object({ post: z.unknown().optional() })),
    });
    const { components, paths } = document.parse(await (await get('/docs/json')).json());
    const { requestBody, responses } = webhook.parse(paths[path]?.post);
    const { schema, examples } = requestBody.content['application/json'];
    const named = senders.map((name) => `Webhook-${name}`);
    expect(Object.keys(examples)).toEqual(senders);
    expect(JSON.stringify(schema).match(/Webhook-[\w-]+/g)).toEqual(named);
    expect(named.filter((name) => JSON.stringify(components.schemas[name] ?? {}).length < 300)).toEqual([]);
    expect(Object.keys(responses)).toEqual([...common, ...also].toSorted());
    const said = Object.values(responses).map((answer) => answer.description);
    expect(said.filter((text) => text.length < 10 || text === 'Default Response')).toEqual([]);
  });

  it('says of each field of a role change its type, whether it has to be there, and what is not plain by its name', async () => {
    const { components } = description.parse(await (await get('/docs/json')).json());
    const field = z.looseObject({ description: z.string().optional() });
    const object = z.object({ required: z.array(z.string()).default([]), properties: z.record(z.string(), field) });
    const { required, properties } = object.parse(components.schemas['Webhook-person-change']);
    expect(required).toEqual(['id', 'type', 'timestamp', 'person', 'company']);
    const all = ['id', 'source', 'type', 'timestamp', 'person', 'company', 'previousCompany', 'changes'];
    expect(Object.keys(properties)).toEqual(all);
    const untold = Object.entries(properties).filter(([, told]) => told.description === undefined);
    expect(untold.map(([name]) => name)).toEqual(['person']);
    const person = object.parse(properties['person']);
    expect(person.required).toEqual(['id']);
    expect(person.properties).toMatchObject({ email: { type: 'string' }, newTitle: { type: 'string' } });
  });

  it('says of no answer merely that it is one', async () => {
    expect(JSON.stringify(await (await get('/docs/json')).json())).not.toContain('Default Response');
  });

  it.each([
    ['/ops/jobs/{id}/cancel', 'post', '409'],
    ['/ops/settlements', 'post', '409'],
    ['/ops/subjects', 'post', '409'],
    ['/ops/erasures', 'post', '422'],
    ['/api/v1/leads', 'get', '403'],
    ['/api/v1/intelligence/companies', 'post', '403'],
  ])('names what only %s (%s) refuses with %s', async (path, method, status) => {
    const refusal = z.object({ description: z.string().min(10) });
    const document = z.object({
      paths: z.record(z.string(), z.record(z.string(), z.object({ responses: z.record(z.string(), refusal) }).loose())),
    });
    const { paths } = document.parse(await (await get('/docs/json')).json());
    expect(paths[path]?.[method]?.responses).toHaveProperty(status);
  });

  it('turns no validation on: what it describes is still read and answered by the route itself', async () => {
    const lead = { idempotency_key: `k-${newId()}`, source: 'website', email: 'nobody', consent: true };
    const response = await fetch(`${causeway.url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'x-api-key': 'dev-ingest-key' },
      body: JSON.stringify(lead),
      signal: AbortSignal.timeout(5_000),
    });
    expect([response.status, await response.json()]).toMatchObject([422, { reason: 'nothing_fits' }]);
    const unsigned = await fetch(`${causeway.url}/api/webhooks/person-change`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[]',
      signal: AbortSignal.timeout(5_000),
    });
    expect([unsigned.status, await unsigned.json()]).toMatchObject([401, { reason: 'missing_signature' }]);
  });

  it.each(['/ingest', '/webhooks/hubspot', '/api/webhooks/person-change'])(
    'is true of %s, which refuses a content-type that cannot be read with 415',
    async (path) => {
      const headers = { 'content-type': 'json' };
      const init = { method: 'POST', headers, body: '{}', signal: AbortSignal.timeout(5_000) };
      expect((await fetch(`${causeway.url}${path}`, init)).status).toBe(415);
    },
  );
});

describe('/schemas/lead-event.json', () => {
  it('is the committed schema, under its own $id', async () => {
    const response = await get('/schemas/lead-event.json');
    const served = z.looseObject({ $id: z.string() }).parse(await response.json());
    expect(served).toEqual(JSON.parse(readFileSync(`${import.meta.dirname}/../lead-event.schema.json`, 'utf8')));
    expect(served.$id).toBe('/schemas/lead-event.json');
    expect(response.headers.get('content-type')).toContain('application/schema+json');
  });

  it('is not sent again to whoever has it', async () => {
    const first = await get('/schemas/lead-event.json');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(first.headers.get('cache-control')).toContain('public');
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      expect((await get('/schemas/lead-event.json', { 'if-none-match': known })).status).toBe(304);
    }
    expect((await get('/schemas/lead-event.json', { 'if-none-match': '"other"' })).status).toBe(200);
  });
});
