import type { ParsedBody, ParsedEvent, Violation } from '../../domain/incoming.ts';
import { isDeeperThan } from '../../domain/nesting.ts';
import type { Headers, Source } from '../source.ts';
import { standardWebhooksV1 } from '../verification/standard-webhooks.ts';
import { bodyOf } from './body.ts';
import { normalise } from './normalise.ts';
import { maximumEvents, readEvent, type WebhookFields } from './schema.ts';

/** Keeps whatever reads an event later from running out of stack. */
const maximumDepth = 32;

/** Any team's own events, signed by Standard Webhooks: one a request, or an array of them. `fields` says where things stand. */
export function createStandardWebhooks({ name, fields }: { name: string; fields: WebhookFields }): Source {
  return {
    name,
    verification: standardWebhooksV1,
    body: bodyOf(fields),
    explainsUnreadable: true,
    parse: (body, receivedAt, headers) => parse({ name, fields }, body, receivedAt, headers),
  };
}

function parse(
  source: { name: string; fields: WebhookFields },
  body: unknown,
  receivedAt: Date,
  headers: Headers,
): ParsedBody {
  const messageId = headers['webhook-id'];
  if (typeof messageId !== 'string' || messageId === '') return refuse('Expected the header webhook-id.');
  if (typeof body !== 'object' || body === null) return refuse('Expected one event, or an array of events.');
  if (!Array.isArray(body)) return { kind: 'events', events: [parseEvent(body, { index: 0, prefix: '' })] };
  const items: readonly unknown[] = body;
  if (items.length > maximumEvents) {
    return refuse(`Expected up to ${maximumEvents} events in a request, got ${items.length}: send them in several.`);
  }
  return { kind: 'events', events: items.map((item, index) => parseEvent(item, { index, prefix: `[${index}]` })) };

  function parseEvent(item: unknown, place: { index: number; prefix: string }): ParsedEvent | Violation {
    if (isDeeperThan(item, maximumDepth)) {
      const message = `expected no more than ${maximumDepth} levels of nesting`;
      return { kind: 'violation', path: place.prefix, message, raw: item };
    }
    const read = readEvent(item, source.fields, receivedAt);
    if (read.ok) {
      const delivery = { source: source.name, idempotencyKey: [String(messageId), String(place.index)], receivedAt };
      return normalise(read.event, delivery);
    }
    const path = [place.prefix, read.path].filter((part) => part !== '').join('.');
    return { kind: 'violation', path, message: read.message, raw: item };
  }
}

function refuse(message: string): ParsedBody {
  return { kind: 'refused', status: 400, message };
}
