import { randomBytes, randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { acceptEvents } from '../src/db/accept-events.ts';
import { openDatabase, type Queries } from '../src/db/database.ts';
import { openErasure } from '../src/db/erasures.ts';
import { type RemovedPerson, removePerson } from '../src/db/remove-person.ts';
import { inTransaction } from '../src/db/transaction.ts';
import { createTestDatabase } from './database.ts';
import { insertKey, newEventRow, newLane } from './event-rows.ts';
import { eventually } from './eventually.ts';

/** Somebody who has a key, and is known by one identifier. */
export interface KnownBy {
  keyId: string;
  alias: string;
}

export type ErasureWorld = Awaited<ReturnType<typeof openErasureWorld>>;

export const newAlias = (): string => randomBytes(16).toString('hex');

/** A database of its own in which somebody is erased while somebody else writes. */
export async function openErasureWorld() {
  const created = await createTestDatabase();
  const database = openDatabase({ url: created.url, applicationName: 'beside-erasure', maxConnections: 8 });
  const { queries } = database;
  // Who waits here waits for this test, however busy the machine is.
  Object.assign(queries.$client.options, { lock_timeout: 60_000, statement_timeout: 60_000 });
  await insertKey(queries);

  const rowsOf = async (query: SQL) => (await queries.execute(query)).rows;

  /** An event of this key; without one of the tenant's. */
  async function addEvent(keyId?: string): Promise<string> {
    const row = { ...newEventRow(newLane()), ...(keyId !== undefined && { subjectKeyId: keyId }) };
    await acceptEvents(queries, { tenantId: 'default', correlationId: 'test', traceParent: null }, [row]);
    return row.id;
  }

  /** The erasure of whoever these identifiers lead to, as its workflow does it once nothing runs. */
  async function beginErasure(aliases: readonly string[]) {
    const id = await addEvent();
    await openErasure(queries, { id, tenantId: 'default', requestedBy: 'test' });
    const person = { tenantId: 'default', aliases, eventId: null };
    const remove = (): Promise<RemovedPerson | undefined> =>
      removePerson(queries, { eventId: id, generation: 0 }, person, () => Buffer.from('what is left'));
    return { id, remove };
  }

  return {
    queries,
    rowsOf,
    addEvent,
    beginErasure,

    async addPerson(): Promise<KnownBy> {
      const [keyId, alias] = [randomUUID(), newAlias()];
      await queries.execute(sql`
        insert into subject_keys (id, tenant_id, subject, wrapped) values (${keyId}, 'default', ${alias}, ${Buffer.alloc(1)})`);
      await queries.execute(
        sql`insert into subject_aliases (tenant_id, alias, key_id, kind) values ('default', ${alias}, ${keyId}, 'email')`,
      );
      return { keyId, alias };
    },

    /** What comes of a write that begins while an erasure has seen all there is, and is not over: it stands before it writes this table. */
    async during<T>(alias: string, table: 'erased_subjects' | 'events', write: () => Promise<T>): Promise<T> {
      const { remove } = await beginErasure([alias]);
      const both = await inTransaction(queries, async (transaction) => {
        await transaction.execute(sql`lock table ${sql.identifier(table)} in share mode`);
        const removing = remove();
        await somebodyWaits(queries, 1);
        const writing = write();
        await Promise.race([writing, somebodyWaits(queries, 2)]);
        return { removing, writing };
      });
      await both.removing;
      return both.writing;
    },

    async close(): Promise<void> {
      await database.close();
      await created.drop();
    },
  };
}

/** So many wait for what another one holds. */
export const somebodyWaits = (queries: Queries, count: number): Promise<boolean> =>
  eventually(`${count} wait for a lock`, async () => {
    const { rows } = await queries.execute(sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    return rows.length >= count || undefined;
  });
