import type { ParsedBody, ParsedEvent, Violation } from '../../domain/incoming.ts';
import type { Source } from '../source.ts';
import { hubspotV3 } from '../verification/hubspot-v3.ts';
import { normalise } from './normalise.ts';
import { isDeeperThan } from '../../domain/nesting.ts';
import sample from './samples/property-changes.json' with { type: 'json' };
import { hubspotBody, isRecord, maximumEvents, readEvent } from './schema.ts';

/** HubSpot's webhooks of public and private apps: an array of up to 100 events, in no particular order. */
export const hubspot: Source = {
  name: 'hubspot',
  verification: hubspotV3,
  body: { schema: hubspotBody, example: sample },
  parse,
};

/** What HubSpot sends is flat; the limit keeps whatever reads an event later from running out of stack. */
const maximumDepth = 32;

function parse(body: unknown, receivedAt: Date): ParsedBody {
  if (!Array.isArray(body)) return refuse(explainNoArray(body));
  const items: readonly unknown[] = body;
  if (items.length > maximumEvents) {
    return refuse(`Expected up to ${maximumEvents} events in a request, got ${items.length}: send them in several.`);
  }
  return { kind: 'events', events: items.map((item, index) => parseEvent(item, index, receivedAt)) };
}

function parseEvent(item: unknown, index: number, receivedAt: Date): ParsedEvent | Violation {
  if (isDeeperThan(item, maximumDepth)) {
    const message = `expected no more than ${maximumDepth} levels of nesting`;
    return { kind: 'violation', path: formatPath([index]), message, raw: item };
  }
  const read = readEvent(item, receivedAt);
  if (read.ok) {
    const event = normalise(read.event, read.payload, receivedAt);
    return read.isListed ? event : { ...event, isUnlisted: true };
  }
  return { kind: 'violation', path: formatPath([index, ...read.path]), message: read.message, raw: item };
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
}

function explainNoArray(body: unknown): string {
  const workflowAction = isRecord(body) && 'objectId' in body && 'properties' in body;
  return workflowAction
    ? "Expected an array of events. This is the format of the workflow action 'Send a webhook', which is not supported: subscribe to the webhooks of an app instead."
    : 'Expected a JSON array of up to 100 events, as the webhooks of a HubSpot app send it.';
}

function refuse(message: string): ParsedBody {
  return { kind: 'refused', status: 400, message };
}
