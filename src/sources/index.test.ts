import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fastCheck from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalEvent } from '../domain/event.ts';
import { sources as vendors } from './index.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { createStandardWebhooks } from './standard-webhooks/index.ts';

const sources = [
  ...vendors,
  createStandardWebhooks({
    name: 'standard-webhooks',
    fields: {
      type: 'type',
      occurredAt: 'timestamp',
      objectType: 'data.object.type',
      objectId: 'data.object.id',
      accountId: 'data.account_id',
      contactId: 'data.user.id',
      contactEmail: 'data.user.email',
      dealId: 'data.deal_id',
    },
  }),
];
const headers = { 'webhook-id': 'msg_1' };

function readSamples(name: string): { file: string; body: unknown }[] {
  const folder = join(import.meta.dirname, name, 'samples');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.map((file) => ({ file, body: JSON.parse(readFileSync(join(folder, file), 'utf8')) }));
}

test('no two sources have the same name', () => {
  expect(new Set(sources.map(({ name }) => name)).size).toBe(sources.length);
});

const signing = sources.flatMap(({ name, verification }) =>
  verification.algorithm === 'hmac-sha256' ? [{ name, scheme: verification }] : [],
);
test.each(signing)(
  'the scheme of $name asks for headers as Node names them, and signs the time that it checks',
  (one) => {
    const { signatureHeader, timestamp, unsupportedHeaders = [], signedParts } = one.scheme;
    const signed = signedParts.flatMap((part) => (typeof part === 'object' && 'header' in part ? [part.header] : []));
    const names = [signatureHeader, ...unsupportedHeaders, ...signed, ...(timestamp ? [timestamp.header] : [])];
    expect(names).toEqual(names.map((name) => name.toLowerCase()));
    expect(signedParts).toContain('body');
    expect(signedParts.includes('timestamp')).toBe(timestamp !== undefined);
  },
);

describe.each(sources)('what Causeway expects of every source: $name', (source) => {
  const receivedAt = new Date();

  test('its name fits into a route', () => {
    expect(source.name).toMatch(/^[a-z][a-z0-9-]{0,49}$/);
  });

  test('the example of what it sends is taken in as it stands, and is what is said of it', () => {
    const { schema, example } = source.body;
    const parsed = source.parse(example, receivedAt, headers);
    const kinds = parsed.kind === 'events' ? parsed.events.map(({ kind }) => kind) : [];
    expect([...new Set(kinds)]).toEqual(['event']);
    const fits = new Ajv2020({ strict: false }).compile(jsonSchemaOf(schema));
    expect([fits(example), fits.errors]).toEqual([true, null]);
  });

  test('it has samples', () => {
    expect(readSamples(source.name)).not.toEqual([]);
  });

  test.each(readSamples(source.name))('$file parses into events that fit the canonical form', ({ body }) => {
    const parsed = source.parse(body, receivedAt, headers);
    const events = parsed.kind === 'events' ? parsed.events : [];
    expect(events).not.toEqual([]);
    expect(events.filter((event) => event.kind === 'violation')).toEqual([]);
    for (const event of events) {
      if (event.kind === 'violation') continue;
      expect(canonicalEvent.parse(event.event)).toMatchObject({ source: source.name });
      expect(event.idempotencyKey.join('')).not.toBe('');
      expect(event.lane.join('')).not.toBe('');
    }
    const keys = events.map((event) => (event.kind === 'event' ? JSON.stringify(event.idempotencyKey) : ''));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('it answers for any JSON without an exception', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.jsonValue(), (body) => {
        expect(['events', 'refused']).toContain(source.parse(body, receivedAt, headers).kind);
      }),
    );
  });
});
