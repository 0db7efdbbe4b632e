import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hubspot } from './index.ts';
import samples from './samples/property-changes.json' with { type: 'json' };

const receivedAt = new Date('2026-01-10T12:00:00.000Z');
const dealChange = samples[0];

function parseAll(items: readonly unknown[]) {
  const parsed = hubspot.parse(items, receivedAt, {});
  return parsed.kind === 'events' ? parsed.events : [];
}

describe('a body that is no batch is refused with a sentence', () => {
  test('an object', () => {
    expect(hubspot.parse(dealChange, receivedAt, {})).toMatchObject({
      kind: 'refused',
      status: 400,
      message: expect.stringContaining('Expected a JSON array'),
    });
  });

  test('the format of the workflow action, by its name', () => {
    const body = { objectId: 1, properties: { dealstage: { value: 'won', versions: [] } } };
    expect(hubspot.parse(body, receivedAt, {})).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/array.*workflow action.*not supported/),
    });
  });

  test('more than 100 events', () => {
    const batch = Array.from({ length: 101 }, () => dealChange);
    expect(hubspot.parse(batch, receivedAt, {})).toMatchObject({ kind: 'refused', status: 400 });
    expect(parseAll(batch.slice(1))).toHaveLength(100);
  });

  test('an empty batch is no error', () => {
    expect(hubspot.parse([], receivedAt, {})).toEqual({ kind: 'events', events: [] });
  });
});

test('a violation deep inside an event has the path to it', () => {
  const merge = { ...dealChange, subscriptionType: 'deal.merge', primaryObjectId: 1, mergedObjectIds: [2, 0] };
  expect(parseAll([dealChange, merge])[1]).toMatchObject({ kind: 'violation', path: '[1].mergedObjectIds[1]' });
});

test('an item that is no event is a violation of its own', () => {
  expect(parseAll([dealChange, null])[1]).toMatchObject({ kind: 'violation', path: '[1]', raw: null });
});

test('one bad event of ten is named, and its neighbours are kept', () => {
  const bad = { ...dealChange, occurredAt: 'yesterday' };
  const events = parseAll(Array.from({ length: 10 }, (_, index) => (index === 3 ? bad : dealChange)));
  expect(events.filter(({ kind }) => kind === 'event')).toHaveLength(9);
  expect(events[3]).toEqual({
    kind: 'violation',
    path: '[3].occurredAt',
    message: 'expected a time in epoch milliseconds, between 2005 and a day from now',
    raw: bad,
  });
});

const captured = join(import.meta.dirname, '../../../../shared/corpora/hubspot-webhooks/captured-batch-maton.json');

test.skipIf(!existsSync(captured))('a batch that HubSpot really sent is understood whole', () => {
  const body: unknown = JSON.parse(readFileSync(captured, 'utf8'));
  const parsed = hubspot.parse(body, new Date(1782371974198 + 1000), {});
  const events = parsed.kind === 'events' ? parsed.events : [];
  const understood = events.filter((event) => event.kind === 'event');
  expect(understood).toHaveLength(13);
  expect(understood.filter(({ event }) => event.urgency === 'high').map(({ event }) => event.propertyValue)).toEqual([
    'qualifiedtobuy',
  ]);
  expect(new Set(understood.map(({ lane }) => lane.join('/'))).size).toBe(4);
});
