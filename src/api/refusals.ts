import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { tagsOf } from './tags.ts';

/** When a route refuses, by status; each refusal is problem details. For people: nothing is checked by it. */
export type Refusals = Readonly<Record<number, string>>;

declare module 'fastify' {
  interface FastifySchema {
    refusals?: Refusals;
  }
}

const unreachable: Refusals = { 503: 'The database is away; send the same request again after Retry-After' };

/** Of every route for operators, and of one that needs nothing but their key. */
export const unlessOperator: Refusals = { 401: 'Not the operator key as Authorization: Bearer' };
export const operatorRefusals: Refusals = { ...unlessOperator, ...unreachable };

/** Of a route for operators and for keys of senders; the second of those that show leads or people. */
export const readerRefusals: Refusals = {
  401: 'No key, or one that is not known or was revoked',
  429: 'The key may ask no more within this minute; see Retry-After',
  ...unreachable,
};
export const leadReaderRefusals: Refusals = { ...readerRefusals, 403: 'The key may not read leads' };

/** Of a route that reads a query, or a JSON body. */
export const queryRefusals: Refusals = { 400: 'The query is not as it is described here; the detail says where' };
export const bodyRefusals: Refusals = {
  400: 'Not JSON in UTF-8, or not as it is described here; the detail says where',
  413: 'More than 1 MiB',
  415: 'The content-type is not application/json',
};

/** Of every route that takes events in: it reads bytes, whatever they are called. */
const intakeRefusals: Refusals = {
  413: 'More than 1 MiB',
  415: 'The content-type cannot be read; send application/json',
  503: 'The database is away; nothing was promised, send the same request again after Retry-After',
};
export const ingestRefusals: Refusals = {
  400: 'Not JSON in UTF-8, or not one lead or up to 100 of them; nothing was taken in',
  401: 'No key or token, or one that is not known',
  409: 'Nothing of the request is new, and a key came with another content before',
  422: 'Nothing of the request fits; the detail names the first field that does not',
  429: 'The key may send no more within this minute; see Retry-After',
  ...intakeRefusals,
};

/** Of a route that takes what a source sends; of one that names it; and where a sender who can mend it is told what does not fit. */
export const webhookRefusals: Refusals = {
  400: 'Not JSON in UTF-8, or nothing in it can be an event; nothing was taken in',
  401: 'Not signed as this source signs; the detail says what is wrong',
  ...intakeRefusals,
};
export const unknownSource: Refusals = { 404: 'No source of this name is set up' };
export const nothingFits: Refusals = {
  422: 'Nothing of the request fits; the detail names the first field that does not',
};

type Transform = typeof jsonSchemaTransform;

/** Puts the refusals of a route among its answers; `describe` makes them problem details. */
export const describeRoute: Transform = (document) => {
  const { schema, url } = jsonSchemaTransform(document);
  const { refusals, response, ...described } = schema ?? {};
  const rest = { ...described, tags: tagsOf(url) };
  if (!refusals) return { schema: { ...rest, ...(response !== undefined && { response }) }, url };
  const refused = Object.entries(refusals).map(([status, description]) => [status, { type: 'null', description }]);
  const answered = response ?? { 200: { type: 'null', description: 'Default Response' } };
  return { schema: { ...rest, response: { ...answered, ...Object.fromEntries(refused) } }, url };
};
