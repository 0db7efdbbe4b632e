import { randomUUID } from 'node:crypto';
import { wireIntake } from '../src/main/wiring.ts';
import type { CanonicalEvent } from '../src/domain/event.ts';
import type { ParsedEvent } from '../src/domain/incoming.ts';
import type { ReceivedEvent } from '../src/domain/received.ts';
import { createEventWorkflows, type EventWorkflows } from '../src/temporal/event-workflows.ts';
import { createHistoryCodec } from '../src/privacy/payload-codec.ts';
import { openClient } from '../src/temporal/client.ts';
import type { Causeway } from './causeway.ts';
import { newId } from './hubspot-events.ts';

type Changes = Partial<Omit<ParsedEvent, 'event'>> & { event?: Partial<CanonicalEvent> };

/** An event as a source hands it over, about an object that nobody looks up; key and lane are its own unless they are given. */
export function parsedEvent({ event, ...changes }: Changes = {}): ParsedEvent {
  const objectId = String(newId());
  const now = new Date().toISOString();
  return {
    kind: 'event',
    event: {
      version: 1,
      source: 'hubspot',
      eventType: 'ticket.propertyChange',
      objectType: 'ticket',
      objectId,
      urgency: 'standard',
      confidence: 1,
      firedAt: now,
      receivedAt: now,
      payload: {},
      ...event,
    },
    idempotencyKey: [objectId],
    fingerprint: [],
    lane: ['test', objectId],
    subject: { kind: 'tenant' },
    ...changes,
  };
}

export const ids = (events: readonly { id: string }[]): string[] => events.map(({ id }) => id);
export const statuses = (events: readonly ReceivedEvent[]): string[] => events.map(({ status }) => status);

/** Hands parsed events in as the webhook's route does, with another tenant, source, pool or Temporal if need be. */
export function intakeOf(
  causeway: Pick<Causeway, 'configuration' | 'queries' | 'workflows' | 'metrics' | 'log'>,
  changes: { queries?: Causeway['queries']; workflows?: EventWorkflows } = {},
) {
  const receive = wireIntake(causeway.configuration, { ...causeway, ...changes });
  return (events: readonly ParsedEvent[], request: { tenantId?: string; source?: string } = {}) =>
    receive.events(
      { tenantId: 'default', source: 'hubspot', correlationId: randomUUID(), traceParent: null, ...request },
      events,
    );
}

const plain = createHistoryCodec({ keys: [], encrypts: false });

/**
 * A Temporal that cannot be reached. Its client is left open, since one that is closed while the library waits for its
 * next try throws where nobody can catch it.
 */
export function workflowsAt(address: string): EventWorkflows {
  const { client } = openClient({ address, namespace: 'default', plugins: [], codec: plain });
  return createEventWorkflows({ client, taskQueue: 'nobody', eager: false, codec: plain });
}

/** A Temporal that refuses at once, since the client was closed before it was used. */
export async function unreachableWorkflows(): Promise<EventWorkflows> {
  const { client, ...connection } = openClient({
    address: '127.0.0.1:1',
    namespace: 'default',
    plugins: [],
    codec: plain,
  });
  await connection.close();
  return createEventWorkflows({ client, taskQueue: 'nobody', eager: false, codec: plain });
}
