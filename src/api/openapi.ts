import { leadJsonSchema } from '../domain/lead-json-schema.ts';
import type { Receipt } from '../domain/received.ts';
import { leadExamples } from '../sources/lead/index.ts';
import { type Json, objectOf } from './json-object.ts';
import { problemDetails } from './problem.ts';
import { ingestRefusals, type Refusals } from './refusals.ts';
import { describeWebhook, type SetUp, webhookSchemas } from './webhook-bodies.ts';

const problemSchema: Json = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'reason', 'detail', 'correlationId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    reason: { type: 'string', description: 'A stable word for programs.' },
    detail: { type: 'string', description: 'What is wrong and what to do, for people.' },
    correlationId: {
      type: 'string',
      description: 'That of `X-Correlation-Id`, which is in every line of the log about the request.',
    },
  },
};

const correlationId = '2f9b6f1f-0a11-4c0e-8a57-3f0c7b529d41';

const problem = (status: string, description: string): Json => ({
  description,
  ...(['429', '503'].includes(status) && {
    headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } },
  }),
  content: {
    'application/problem+json': {
      schema: { $ref: '#/components/schemas/Problem' },
      example: problemDetails(Number(status), { reason: 'a_word_for_programs', detail: description }, correlationId),
    },
  },
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
export function describeApi(document: object, setUp: SetUp): object {
  const { components, paths, ...rest } = objectOf(document);
  const { schemas, ...otherComponents } = objectOf(components);
  const lead = { $ref: '#/components/schemas/LeadEvent' };
  const taken = { description: 'Committed: what became of each, in their order', content: contentOf202(paths) };
  return {
    ...rest,
    components: {
      ...otherComponents,
      schemas: { ...objectOf(schemas), Problem: problemSchema, ...leadSchemas(), ...webhookSchemas(setUp) },
    },
    paths: {
      ...withProblems(paths, setUp, taken),
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
            'application/json': {
              schema: { oneOf: [lead, { type: 'array', items: lead, maxItems: 100 }] },
              examples: leadExamples,
            },
          },
        },
        responses: { 202: taken, ...problems(ingestRefusals) },
      }),
    },
  };
}

/** Makes what routes refuse problem details, and says what webhooks read and answer. */
function withProblems(paths: unknown, setUp: SetUp, taken: Json): Json {
  const described = Object.entries(objectOf(paths)).map(([path, item]) => [
    path,
    Object.fromEntries(
      Object.entries(objectOf(item)).map(([method, operation]) => {
        const { responses, ...rest } = objectOf(operation);
        const said = Object.entries(objectOf(responses)).map(([status, response]) => [
          status,
          saying(status, response),
        ]);
        const answered = { ...rest, responses: Object.fromEntries(said) };
        return [method, describeWebhook(path, answered, setUp, taken) ?? answered];
      }),
    ),
  ]);
  return Object.fromEntries(described);
}

/** What is said where a route says nothing of an answer of its own. */
const granted: Readonly<Record<string, string>> = {
  200: 'What was asked for',
  202: 'Taken on; it is carried out after the answer',
};

function saying(status: string, response: unknown): Json {
  const { description, ...rest } = objectOf(response);
  if (Number(status) >= 400 && !('content' in rest)) return problem(status, String(description));
  return { ...rest, description: description === 'Default Response' ? granted[status] : description };
}

const changed = (paths: unknown, path: string, changes: Json): Json => {
  const item = objectOf(objectOf(paths)[path]);
  return { ...item, post: { ...objectOf(item['post']), ...changes } };
};

/** As the route of leads declares it; that of webhooks cannot, since vendors prescribe answers. */
function contentOf202(paths: unknown): Json {
  const { post } = objectOf(objectOf(paths)['/ingest']);
  const { content } = objectOf(objectOf(objectOf(post)['responses'])['202']);
  return { 'application/json': { ...objectOf(objectOf(content)['application/json']), example: receiptExample } };
}

const receiptExample: Receipt = {
  accepted: 1,
  duplicates: 0,
  rejected: 0,
  events: [{ id: '7c1f0e1a-52c4-4c0e-9b1d-0a11f1c2d3e4', status: 'accepted', workflowId: 'evt:q2V5aGFzaA:0' }],
};
