import { leadJsonSchema } from '../domain/lead-json-schema.ts';
import type { Refusals } from './refusals.ts';

type Json = Record<string, unknown>;

/** Answers that are problem details, each with when it is given. */
const ingestProblems = {
  400: 'Not JSON in UTF-8, or not one lead or up to 100 of them; nothing was taken in',
  401: 'Nobody knows the sender',
  409: 'Nothing of the request is new, and a key came with another content before',
  413: 'More than 1 MiB',
  422: 'Nothing of the request fits; the detail names the first field that does not',
  429: 'The key may send no more within this minute; see Retry-After',
  503: 'The database is away; nothing was promised, send it again after Retry-After',
};

const problemSchema: Json = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'reason', 'detail', 'correlationId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    reason: { type: 'string', description: 'A stable word for programs.' },
    detail: { type: 'string' },
    correlationId: { type: 'string' },
  },
};

const problem = (status: string, description: string): Json => ({
  description,
  ...(['429', '503'].includes(status) && {
    headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } },
  }),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
const problems = (all: Refusals): Json =>
  Object.fromEntries(Object.entries(all).map(([status, description]) => [status, problem(status, description)]));

/** The schema of a lead with its definitions beside it, where references within a description of OpenAPI can lead. */
function leadSchemas(): Json {
  const text = JSON.stringify(leadJsonSchema()).replaceAll('#/definitions/', '#/components/schemas/LeadMetadata-');
  const { $schema: _, $id: _id, definitions, ...lead } = objectOf(JSON.parse(text));
  const levels = Object.entries(objectOf(definitions)).map(([name, level]) => [`LeadMetadata-${name}`, level]);
  return { LeadEvent: lead, ...Object.fromEntries(levels) };
}

/**
 * Says what routes refuse, and what those that take events read and answer. The latter read bytes, since signatures are over bytes and leads are read more
 * strictly than any parser does: what stands here is for people, and turns no validation on.
 */
export function describeApi(document: object): object {
  const { components, paths, ...rest } = objectOf(document);
  const { schemas, ...otherComponents } = objectOf(components);
  const lead = { $ref: '#/components/schemas/LeadEvent' };
  const taken = { description: 'Committed: what became of each, in their order', content: contentOf202(paths) };
  return {
    ...rest,
    components: { ...otherComponents, schemas: { ...objectOf(schemas), Problem: problemSchema, ...leadSchemas() } },
    paths: {
      ...withProblems(paths, taken),
      '/ingest': changed(paths, '/ingest', {
        externalDocs: { description: 'The schema of a lead', url: '/schemas/lead-event.json' },
        security: [{ sender: [] }, { token: [] }],
        parameters: [
          {
            in: 'header',
            name: 'Idempotency-Key',
            description: 'For one lead that has no idempotency_key of its own.',
            schema: { type: 'string', maxLength: 255 },
          },
        ],
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: { oneOf: [lead, { type: 'array', items: lead, maxItems: 100 }] } },
          },
        },
        responses: { 202: taken, ...problems(ingestProblems) },
      }),
    },
  };
}

const webhook = /^\/(?:api\/)?webhooks\//;

/** Makes what routes refuse problem details, and says what webhooks read and answer. */
function withProblems(paths: unknown, taken: Json): Json {
  const described = Object.entries(objectOf(paths)).map(([path, item]) => [
    path,
    Object.fromEntries(
      Object.entries(objectOf(item)).map(([method, operation]) => {
        const { responses, ...rest } = objectOf(operation);
        const refused = Object.entries(objectOf(responses))
          .filter(([status, response]) => Number(status) >= 400 && !('content' in objectOf(response)))
          .map(([status, response]) => [status, problem(status, String(objectOf(response)['description']))]);
        const answered = { ...objectOf(responses), ...Object.fromEntries(refused) };
        if (!webhook.test(path)) return [method, { ...rest, responses: answered }];
        return [method, { ...rest, requestBody: sentBySource, responses: { ...answered, ...takenIn(taken) } }];
      }),
    ),
  ]);
  return Object.fromEntries(described);
}

const sentBySource: Json = {
  required: true,
  description: 'What the source sends.',
  content: { 'application/json': { schema: {} } },
};

const takenIn = (taken: Json): Json => ({
  200: { description: 'Committed, in the words of a vendor that wants others than ours' },
  202: taken,
});

const changed = (paths: unknown, path: string, changes: Json): Json => {
  const item = objectOf(objectOf(paths)[path]);
  return { ...item, post: { ...objectOf(item['post']), ...changes } };
};

/** As the route of leads declares it; that of webhooks cannot, since vendors prescribe answers. */
function contentOf202(paths: unknown): unknown {
  const { post } = objectOf(objectOf(paths)['/ingest']);
  return objectOf(objectOf(objectOf(post)['responses'])['202'])['content'];
}

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
