import { randomUUID } from 'node:crypto';
import { openPool, wireIntake } from '../src/main/wiring.ts';
import type { CanonicalEvent } from '../src/domain/event.ts';
import type { ParsedEvent } from '../src/domain/incoming.ts';
import type { ReceivedEvent } from '../src/domain/received.ts';
import { createEventWorkflows, type EventWorkflows } from '../src/temporal/event-workflows.ts';
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

export const ids = (events: readonly ReceivedEvent[]): string[] => events.map(({ id }) => id);
export const statuses = (events: readonly ReceivedEvent[]): string[] => events.map(({ status }) => status);

/** Hands parsed events in as the webhook's route does, with another tenant, source, pool or Temporal if need be. */
export function intakeOf(
  causeway: Pick<Causeway, 'configuration' | 'queries' | 'workflows' | 'log'>,
  changes: { queries?: Causeway['queries']; workflows?: EventWorkflows } = {},
) {
  const receive = wireIntake(causeway.configuration, { ...causeway, ...changes });
  return (events: readonly ParsedEvent[], request: { tenantId?: string; source?: string } = {}) =>
    receive.events(
      { tenantId: 'default', source: 'hubspot', correlationId: randomUUID(), traceParent: null, ...request },
      events,
    );
}

/** A Temporal that cannot be reached: by default its address refuses connections. */
export function workflowsAt(address = '127.0.0.1:1'): { workflows: EventWorkflows; close: () => Promise<void> } {
  const { client, ...connection } = openClient({ address, namespace: 'default', plugins: [] });
  return { workflows: createEventWorkflows({ client, taskQueue: 'nobody', eager: false }), ...connection };
}

export const poolOf = (causeway: Causeway, maxConnections: number) =>
  openPool(causeway.configuration, causeway.log, 'test', maxConnections);
