import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptEvents } from '../src/db/accept-events.ts';
import { storeBatchFacts } from '../src/db/batch-steps.ts';
import { clearRows, countLeft } from '../src/db/clear-person.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { storeFacts } from '../src/db/event-steps.ts';
import { readUnrest } from '../src/db/person.ts';
import { inTransaction, type Transaction } from '../src/db/transaction.ts';
import { createTestDatabase } from './database.ts';
import { insertKey, newEventRow, newLane } from './event-rows.ts';
import { eventually } from './eventually.ts';

/** Protects whoever is erased in the very moment in which facts that name them are stored. */

let database: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  const created = await createTestDatabase();
  drop = () => created.drop();
  database = openDatabase({ url: created.url, applicationName: 'named-people', maxConnections: 4 });
  await insertKey(database.queries);
});
afterAll(async () => {
  await database.close();
  await drop();
});

interface Named {
  eventId: string;
  batchId: string;
  keyId: string;
  alias: string;
}

/** Somebody whom we know, and an open event about something else that is to name them. */
async function named(): Promise<Named> {
  const { queries } = database;
  const [keyId, batchId, alias] = [randomUUID(), randomUUID(), randomBytes(16).toString('hex')];
  await queries.execute(sql`
    insert into subject_keys (id, tenant_id, subject, wrapped) values (${keyId}, 'default', ${alias}, ${Buffer.alloc(1)})`);
  await queries.execute(
    sql`insert into subject_aliases (tenant_id, alias, key_id, kind) values ('default', ${alias}, ${keyId}, 'email')`,
  );
  const row = newEventRow(newLane());
  const request = { tenantId: 'default', correlationId: randomUUID(), traceParent: null };
  await acceptEvents(queries, request, [row]);
  await queries.execute(sql`update events set batch_id = ${batchId}, batched = true where id = ${row.id}`);
  return { eventId: row.id, batchId, keyId, alias };
}

async function erase(transaction: Transaction, { keyId, alias }: Named): Promise<void> {
  await transaction.execute(sql`select from subject_keys where id = ${keyId} for update`);
  await transaction.execute(
    sql`insert into erased_subjects (tenant_id, alias, erased_at) values ('default', ${alias}, clock_timestamp())`,
  );
  await transaction.execute(sql`delete from subject_keys where id = ${keyId}`);
}

async function kept({ eventId }: Named) {
  const { rows } = await database.queries.execute<{ facts: boolean; names: number }>(sql`
    select facts_sealed is not null as facts, (select count(*)::int from event_people where event_id = e.id) as names
    from events e where id = ${eventId}`);
  return rows[0];
}

/** Something waits for a lock. */
const waits = () =>
  eventually('the facts wait for the erasure', async () => {
    const { rows } = await database.queries.execute(sql`
      select from pg_stat_activity where application_name like 'named-people%' and datname = current_database() and wait_event_type = 'Lock'`);
    return rows.length > 0 ? true : undefined;
  });

const sealed = Buffer.from('facts');
describe.each([
  [
    'by their keys',
    async ({ eventId, keyId }: Named) =>
      storeFacts(database.queries, { eventId, generation: 0 }, sealed, { keyIds: [keyId] }),
  ],
  [
    'by an identifier',
    async ({ eventId, alias }: Named) =>
      storeFacts(database.queries, { eventId, generation: 0 }, sealed, { aliases: [alias] }),
  ],
  [
    'in a batch',
    async ({ eventId, batchId, alias }: Named) => {
      const refused = await storeBatchFacts(database.queries, batchId, [{ id: eventId, sealed, people: [alias] }]);
      return refused.length === 0;
    },
  ],
])('facts that name somebody %s', (_how, store) => {
  it('are kept, with a note of whom they name', async () => {
    const who = await named();
    expect(await store(who)).toBe(true);
    expect(await kept(who)).toEqual({ facts: true, names: 1 });
  });

  it('are not kept when they were erased before', async () => {
    const who = await named();
    await inTransaction(database.queries, (transaction) => erase(transaction, who));
    expect(await store(who)).toBe(false);
    expect(await kept(who)).toEqual({ facts: false, names: 0 });
  });

  it('are not kept when an erasure had begun to delete their key, and is over only now', async () => {
    const who = await named();
    const storing = await inTransaction(database.queries, async (transaction) => {
      await erase(transaction, who);
      const begun = store(who);
      await waits();
      return { begun };
    });
    expect(await storing.begun).toBe(false);
    expect(await kept(who)).toEqual({ facts: false, names: 0 });
  });
});

/** The person had no key, and the look at what names them had been over when the event was noted. */
async function lateNote({ opened }: { opened: string }) {
  const { queries } = database;
  const who = await named();
  await storeFacts(queries, { eventId: who.eventId, generation: 0 }, sealed, { aliases: [who.alias] });
  const { eventId: erasureId } = await named();
  await queries.execute(sql`
    insert into erasures (id, tenant_id, requested_by, erased_at) values (${erasureId}, 'default', 'test', clock_timestamp())`);
  await queries.execute(
    sql`update events set opened_at = clock_timestamp() + ${opened}::interval where id = ${who.eventId}`,
  );
  const nobody = { tenantId: 'default', aliases: [], eventId: null };
  const person = { erasureId, tenantId: 'default', aliases: [who.alias], emails: [], phones: [], objects: [] };
  return { ...who, erasureId, nobody, person };
}

describe('an event that named an erased person in the last moment', () => {
  it('is waited for, is residue as long as it says something, and is blanked when it is over', async () => {
    const { queries } = database;
    const { eventId, erasureId, nobody, person, alias } = await lateNote({ opened: '-1 minute' });
    expect((await readUnrest(queries, erasureId, nobody, [alias])).open).toBe(1);
    await clearRows(queries, person);
    expect((await countLeft(queries, person)).events).toBe(1);
    await queries.execute(
      sql`update events set state = 'done', outcome = 'acted', finished_at = now(), holds_lane = false where id = ${eventId}`,
    );
    expect((await readUnrest(queries, erasureId, nobody, [alias])).open).toBe(0);
    await clearRows(queries, person);
    expect((await countLeft(queries, person)).events).toBe(0);
  });

  it('is left alone when it was opened later, since they came back', async () => {
    const { queries } = database;
    const { erasureId, nobody, person, alias } = await lateNote({ opened: '1 minute' });
    expect((await readUnrest(queries, erasureId, nobody, [alias])).open).toBe(0);
    expect((await countLeft(queries, person)).events).toBe(0);
  });
});
