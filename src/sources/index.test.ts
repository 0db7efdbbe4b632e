import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fastCheck from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalEvent } from '../domain/event.ts';
import { findSource, sources } from './index.ts';

function readSamples(name: string): { file: string; body: unknown }[] {
  const folder = join(import.meta.dirname, name, 'samples');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.map((file) => ({ file, body: JSON.parse(readFileSync(join(folder, file), 'utf8')) }));
}

test('every source is found by its name, and no two have the same', () => {
  expect(new Set(sources.map(({ name }) => name)).size).toBe(sources.length);
  for (const source of sources) expect(findSource(source.name)).toBe(source);
  expect(findSource('nobody')).toBeUndefined();
});

describe.each(sources)('what Causeway expects of every source: $name', (source) => {
  const receivedAt = new Date();

  test('its name fits into a route', () => {
    expect(source.name).toMatch(/^[a-z][a-z0-9-]{0,49}$/);
  });

  test('its scheme asks for headers as Node names them, and signs the time that it checks', () => {
    const { signatureHeader, timestamp, unsupportedHeaders = [], signedParts } = source.verification;
    const headers = [signatureHeader, ...unsupportedHeaders, ...(timestamp ? [timestamp.header] : [])];
    expect(headers).toEqual(headers.map((name) => name.toLowerCase()));
    expect(signedParts).toContain('body');
    expect(signedParts.includes('timestamp')).toBe(timestamp !== undefined);
  });

  test('it has samples', () => {
    expect(readSamples(source.name)).not.toEqual([]);
  });

  test.each(readSamples(source.name))('$file parses into events that fit the canonical form', ({ body }) => {
    const parsed = source.parse(body, receivedAt);
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
        expect(['events', 'refused']).toContain(source.parse(body, receivedAt).kind);
      }),
    );
  });
});
