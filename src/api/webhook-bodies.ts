import { sources as vendors } from '../sources/index.ts';
import { jsonSchemaOf } from '../sources/json-schema.ts';
import type { Source } from '../sources/source.ts';
import { headersOf, proofOf } from '../sources/verification/scheme-words.ts';
import { type Json, objectOf } from './json-object.ts';

/** Who is set up here, by their names. */
export type SetUp = ReadonlyMap<string, { source: Source }>;

const componentOf = ({ name }: Source): string => `Webhook-${name}`;
const answeredAt = new Date('2026-03-02T12:00:00.000Z');

/** Every source that there is: those that are set up here, first, and those that could be. */
function allSources(setUp: SetUp): Source[] {
  const here = [...setUp.values()].map(({ source }) => source);
  return [...here, ...vendors.filter(({ name }) => !setUp.has(name))];
}

/** What each source sends, as schemas of the description. */
export const webhookSchemas = (setUp: SetUp): Json =>
  Object.fromEntries(allSources(setUp).map((source) => [componentOf(source), jsonSchemaOf(source.body.schema)]));

/**
 * Says of a route that takes webhooks who sends there and how they are known, what they send, with an example of each, and what is
 * answered. `undefined` for any other route.
 */
export function describeWebhook(path: string, operation: Json, setUp: SetUp, taken: Json): Json | undefined {
  const senders = sendersOf(path, setUp);
  if (!senders) return undefined;
  const { description, parameters = [], responses, ...rest } = operation;
  const { 200: _, ...refused } = objectOf(responses);
  const [only] = senders.length === 1 && !path.includes('{source}') ? senders : [];
  return {
    ...rest,
    description: only
      ? description
      : `${String(description)}\n\n${senders.map((each) => lineOf(each, setUp)).join('\n')}`,
    parameters: [...(Array.isArray(parameters) ? parameters : []), ...(only ? headerParameters(only) : [])],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: oneOf(senders.map((source) => ({ $ref: `#/components/schemas/${componentOf(source)}` }))),
          examples: Object.fromEntries(senders.map(({ name, body }) => [name, { value: body.example }])),
        },
      },
    },
    responses: { ...refused, ...prescribed(senders), 202: taken },
  };
}

const hasKey = ({ verification }: Source): boolean => verification.algorithm === 'path-key';

function sendersOf(path: string, setUp: SetUp): Source[] | undefined {
  if (path === '/webhooks/{source}') return allSources(setUp).filter((source) => !hasKey(source));
  if (path === '/webhooks/{source}/{key}') return allSources(setUp).filter(hasKey);
  const senders = allSources(setUp).filter((source) => source.path === path);
  return senders.length > 0 ? senders : undefined;
}

const lineOf = ({ name, verification }: Source, setUp: SetUp): string =>
  `- \`${name}\`${setUp.has(name) ? '' : ' (not set up here)'}: ${proofOf(verification)}.`;

const headerParameters = ({ verification }: Source): Json[] =>
  headersOf(verification).map(({ name, description }) => ({
    in: 'header',
    name,
    description,
    required: true,
    schema: { type: 'string' },
  }));

const oneOf = (schemas: readonly Json[]): Json => (schemas.length === 1 ? { ...schemas[0] } : { anyOf: schemas });

/** What is answered to vendors that want other words than ours. */
function prescribed(senders: readonly Source[]): Json {
  const examples = senders.flatMap((source) => {
    const answer = source.respond?.(answeredAt, source.body.example);
    return answer ? [[source.name, { value: answer.body }] as const] : [];
  });
  if (examples.length === 0) return {};
  const content = { 'application/json': { schema: { type: 'object' }, examples: Object.fromEntries(examples) } };
  return { 200: { description: 'Committed, in the words that the vendor wants instead of 202', content } };
}
