import { randomUUID } from 'node:crypto';
import { acceptEvents, type NewEvent } from '../db/accept-events.ts';
import type { Queries } from '../db/database.ts';
import { eventWorkflowId } from '../domain/ids.ts';
import type { ParsedEvent } from '../domain/incoming.ts';
import { isBehavioural } from '../domain/intent.ts';
import { propertyChangeOf } from '../domain/property-change.ts';
import { changeHashes } from '../privacy/change-hashes.ts';
import type { Hasher } from '../privacy/hasher.ts';
import { intentRefs } from '../privacy/intent-refs.ts';
import type { Keyring } from '../privacy/keyring.ts';
import { sealedEvent } from '../privacy/sealed-records.ts';
import type { Logger } from '../telemetry/log.ts';
import { eventLabels } from './event-labels.ts';
import type { Starter } from './starter.ts';
import { withLivingKeys } from './with-living-keys.ts';

export interface AcceptRequest {
  tenantId: string;
  source: string;
  correlationId: string;
  traceParent: string | null;
  events: readonly ParsedEvent[];
}

/** What became of one event of the request, in the order of the request. A duplicate carries the first one's id. */
export interface AcceptedEvent {
  status: 'accepted' | 'duplicate' | 'conflict';
  id: string;
  /** Absent for an event that waits for a batch. */
  workflowId?: string;
}

interface Prepared {
  parsed: ParsedEvent;
  keyHash: string;
  fingerprint: string;
  lane: string;
}

/**
 * Stores events durably and starts those whose lane is free.
 *
 * 1. When this returns, every event is committed or recognised; until then nothing was promised.
 * 2. One transaction stores the whole request, so a crash leaves all of it or nothing.
 * 3. What it starts is best effort: a row that stays accepted is started by a sweep.
 */
export function createAccept(options: {
  queries: Queries;
  hasher: Hasher;
  keyring: Keyring;
  starter: Starter;
  isBatched: (eventType: string) => boolean;
  log: Logger;
}) {
  const { queries, hasher, keyring, starter, isBatched, log } = options;

  const inBatches = ({ event, workflow = 'gtmEvent' }: ParsedEvent): boolean =>
    workflow === 'gtmEvent' && isBatched(event.eventType);

  function prepare(request: AcceptRequest, parsed: ParsedEvent): Prepared {
    const scope = [request.tenantId, request.source];
    return {
      parsed,
      keyHash: hasher.hash('event-key', [...scope, ...parsed.idempotencyKey]),
      fingerprint: hasher.hash('fingerprint', [...scope, ...parsed.fingerprint]),
      lane: hasher.hash('lane', [request.tenantId, ...parsed.lane]),
    };
  }

  async function sealed(request: AcceptRequest, { parsed, ...hashes }: Prepared): Promise<NewEvent> {
    const { id = randomUUID(), priority } = parsed;
    const { source, eventType: type, firedAt: occurredAt } = parsed.event;
    const common = {
      id,
      source,
      type,
      ...hashes,
      ...(parsed.workflow && { workflow: parsed.workflow }),
      priority,
      occurredAt,
    };
    if (parsed.ending) return { ...common, subjectKeyId: null, sealed: null, changeHash: null, outcome: parsed.ending };
    const dataKey = await keyring.keyForEvent(request.tenantId, parsed.subject, new Date(occurredAt));
    if (!dataKey) return { ...common, subjectKeyId: null, sealed: null, changeHash: null, outcome: 'erased' };
    const { key, id: subjectKeyId } = dataKey;
    const change = propertyChangeOf(parsed.event);
    return {
      ...common,
      subjectKeyId,
      sealed: sealedEvent.seal(key, id, parsed.event),
      changeHash: change ? changeHashes(hasher, request.tenantId, change).changeHash : null,
      ...(isBehavioural(parsed.event) && intentRefs(hasher, request.tenantId, parsed.event)),
      batched: inBatches(parsed),
    };
  }

  /** The rows that hold the keys, and whose event ended at the door just now. */
  const store = (request: AcceptRequest, prepared: readonly Prepared[]) =>
    withLivingKeys(keyring, async () => {
      const rows: NewEvent[] = [];
      for (const event of prepared) rows.push(await sealed(request, event));
      const ended = new Set(rows.filter(({ outcome }) => outcome !== undefined).map(({ keyHash }) => keyHash));
      return { rows: prepared.length > 0 ? await acceptEvents(queries, request, rows) : [], ended };
    });

  return async function accept(request: AcceptRequest): Promise<AcceptedEvent[]> {
    const prepared = request.events.map((event) => prepare(request, event));
    const unique = firstOfEachKey(prepared);
    // Within a request, lanes take the events as they happened; equal times keep the sender's order.
    const inOrder = unique.toSorted((a, b) => Date.parse(a.parsed.event.firedAt) - Date.parse(b.parsed.event.firedAt));
    const { rows, ended } = await store(request, inOrder);
    const stored = new Map(rows.map((row) => [row.keyHash, row]));

    const toStart = unique.flatMap(({ keyHash, lane, parsed }) => {
      const row = stored.get(keyHash);
      if (!row?.claimed) return [];
      const { tenantId, correlationId, traceParent } = request;
      return [
        {
          id: row.id,
          tenantId,
          source: parsed.event.source,
          type: parsed.event.eventType,
          workflow: parsed.workflow ?? 'gtmEvent',
          keyHash,
          lane,
          generation: row.generation,
          correlationId,
          traceParent,
          priority: parsed.priority ?? null,
        },
      ];
    });
    await starter.start(toStart, 'request');

    const reported = new Set<string>();
    return prepared.map(({ keyHash, fingerprint, parsed }) => {
      const row = stored.get(keyHash);
      if (!row) throw new Error('an accepted event was not stored');
      const first = row.fresh && !reported.has(keyHash);
      reported.add(keyHash);
      const status = first ? 'accepted' : row.fingerprint === fingerprint ? 'duplicate' : 'conflict';
      const labels = eventLabels({ id: row.id, tenantId: request.tenantId, correlationId: request.correlationId });
      log.info({ ...labels, source: parsed.event.source, status }, 'event received');
      // In a later generation it runs alone.
      const hasWorkflow = !ended.has(keyHash) && (row.generation > 0 || !inBatches(parsed));
      return { status, id: row.id, ...(hasWorkflow && { workflowId: eventWorkflowId(keyHash, row.generation) }) };
    });
  };
}

export type Accept = ReturnType<typeof createAccept>;

function firstOfEachKey(events: readonly Prepared[]): Prepared[] {
  const first = new Map<string, Prepared>();
  for (const event of events) if (!first.has(event.keyHash)) first.set(event.keyHash, event);
  return [...first.values()];
}
