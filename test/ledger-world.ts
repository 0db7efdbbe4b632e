import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { acceptEvents } from '../src/db/accept-events.ts';
import type { CrmWrite } from '../src/db/crm-writes.ts';
import { openDatabase, type Queries } from '../src/db/database.ts';
import { type EffectRow, readForEffect } from '../src/db/effects.ts';
import type { EventRun } from '../src/db/event-steps.ts';
import { closeEvent } from '../src/db/lane-heads.ts';
import { reopenEvents } from '../src/db/reopen-events.ts';
import { subjectKeys } from '../src/db/schema/index.ts';
import { createLedger, type EffectResult, type LedgerEffect } from '../src/effects/ledger.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { createTestDatabase } from './database.ts';

export type LedgerWorld = Awaited<ReturnType<typeof openLedgerWorld>>;

/** An open event and the key of its one effect. */
export interface OpenEvent {
  id: string;
  lane: string;
  key: string;
  run: EventRun;
}

type Receipt = Readonly<Record<string, string>>;

/** A provider that answers as it is told, in order; what it is not told to answer it must not be asked. */
export function providerThat(answers: {
  does?: readonly (Receipt | Error)[];
  shows?: readonly (Receipt | null | Error)[];
}) {
  const does = [...(answers.does ?? [])];
  const shows = [...(answers.shows ?? [])];
  const asked: ('perform' | 'find')[] = [];
  const effect: LedgerEffect = {
    async perform() {
      asked.push('perform');
      return orThrow(does.shift());
    },
    async find() {
      asked.push('find');
      return orThrow(shows.shift());
    },
  };
  return { ...effect, asked };
}

function orThrow<T>(answer: T | Error | undefined): T {
  if (answer === undefined) throw new Error('the provider was asked once too often');
  if (answer instanceof Error) throw answer;
  return answer;
}

const hash = (): string => randomBytes(16).toString('hex');

/** The ledger over a database of its own. Calls have a minute, so that only what a test does to a lease ends it. */
export async function openLedgerWorld() {
  const database = await createTestDatabase();
  const pool = openDatabase({ url: database.url, applicationName: 'test', maxConnections: 12 });
  const { queries } = pool;
  const subjectKeyId = randomUUID();
  await queries
    .insert(subjectKeys)
    .values({ id: subjectKeyId, tenantId: 'default', subject: 'tenant', wrapped: randomBytes(60) });
  const log = createLogger({ level: 'silent', process: 'test', pretty: false });
  const callTimeoutMs = 60_000;

  const read = async (event: OpenEvent, run = event.run): Promise<EffectRow | null> => {
    const found = await readForEffect(queries, run, event.key);
    if (!found) throw new Error('the event is not open in this generation');
    return found.effect;
  };

  return {
    queries,
    callTimeoutMs,
    read,

    /** `occurredAt`: ISO 8601; now unless it is given. `changeHash`: of an event that tells of a change in the CRM. */
    async openEvent(given: { occurredAt?: string; changeHash?: string } = {}): Promise<OpenEvent> {
      const id = randomUUID();
      const lane = hash();
      await acceptEvents(queries, { tenantId: 'default', correlationId: id, traceParent: null }, [
        {
          id,
          source: 'hubspot',
          type: 'deal.propertyChange',
          keyHash: hash(),
          fingerprint: hash(),
          lane,
          subjectKeyId,
          sealed: randomBytes(16),
          changeHash: given.changeHash ?? null,
          occurredAt: given.occurredAt ?? new Date().toISOString(),
        },
      ]);
      return { id, lane, key: `${id}:notify_ae`, run: { eventId: id, generation: 0 } };
    },

    /** One attempt, as an activity makes it: read, then apply. What was read, the run and the clock can be given. */
    async apply(
      event: OpenEvent,
      effect: LedgerEffect,
      given: { before?: EffectRow | null; run?: EventRun; now?: () => number; write?: CrmWrite | undefined } = {},
    ): Promise<EffectResult> {
      const { run = event.run, now, write } = given;
      const before = given.before === undefined ? await read(event, run) : given.before;
      const ledger = createLedger({ queries, log, callTimeoutMs, ...(now && { now }) });
      const labels = { event_id: event.id, tenant_id: 'default', correlation_id: event.id };
      const entry = {
        key: event.key,
        action: 'notify_ae',
        targetId: 'default',
        priority: 'high',
        settleMs: 2_000,
        addressSealed: Buffer.alloc(0),
      };
      return ledger({ ...entry, run, write, before, labels }, effect);
    },

    /** What the ledger holds, whether its event is open or not. */
    async stored(event: OpenEvent) {
      const { rows } = await queries.execute<{
        state: string;
        attempts: number;
        unsettled: boolean;
        leased: boolean;
        failureClass: string | null;
      }>(sql`select state, attempts, unsettled, attempt_lease_until > clock_timestamp() as leased, failure_class as "failureClass"
        from effects where key = ${event.key}`);
      return rows[0];
    },

    /** As if so much time had passed since the last attempt that its lease and any settle time are over. */
    passTime: (event: OpenEvent) =>
      queries.execute(
        sql`update effects set attempt_lease_until = clock_timestamp() - interval '1 hour' where key = ${event.key}`,
      ),

    /** Fails the event and opens it again, as a redrive does: in the next generation. */
    async reopen(event: OpenEvent): Promise<void> {
      const failure = { class: 'Test', message: 'failed by a test' };
      await closeEvent(queries, { ...event, ...event.run }, { outcome: 'failed', failure, settle: true });
      const [reopened] = await reopenEvents(queries, [event.id]);
      if (reopened?.result !== 'redriven') throw new Error(`the event was not opened again: ${reopened?.result}`);
    },

    /** A connection of its own, whose transaction a test begins and ends by hand. */
    openConnection: (): { queries: Queries; close(): Promise<void> } =>
      openDatabase({ url: database.url, applicationName: 'by-hand', maxConnections: 1 }),

    async close(): Promise<void> {
      await pool.close();
      await database.drop();
    },
  };
}
