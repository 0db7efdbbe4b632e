import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase, type Database } from '../src/db/database.ts';
import { sqlState } from '../src/db/errors.ts';
import { inTransaction } from '../src/db/transaction.ts';
import { createTestDatabase } from './database.ts';

/** Protects what every write to the lanes is made of: a transaction that happens whole or not at all. */

let database: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  const created = await createTestDatabase();
  drop = () => created.drop();
  database = openDatabase({ url: created.url, applicationName: 'test', maxConnections: 4 });
  await database.queries.execute(sql`create table counters (name text primary key, value int not null)`);
  await database.queries.execute(sql`insert into counters values ('a', 0), ('b', 0), ('c', 0)`);
});
afterAll(async () => {
  await database.close();
  await drop();
});

const increment = (name: string) => sql`update counters set value = value + 1 where name = ${name}`;
async function valueOf(name: string): Promise<number | undefined> {
  const { rows } = await database.queries.execute<{ value: number }>(
    sql`select value from counters where name = ${name}`,
  );
  return rows[0]?.value;
}

it('of two transactions that lock each other out one is run again, and both happen exactly once', async () => {
  const bothHoldOne = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const firstIsThrough = Promise.withResolvers<void>();
  let runs = 0;
  const crosswise = (own: number, names: [string, string]) =>
    inTransaction(database.queries, async (transaction) => {
      runs += 1;
      // The one that is run again lets the other one through, or the two could lock each other out once more.
      if (runs > 2) await firstIsThrough.promise;
      // PostgreSQL is to find the deadlock before our own limit on waiting for locks does.
      await transaction.execute(sql`set local lock_timeout = 0`);
      await transaction.execute(sql`set local deadlock_timeout = '100ms'`);
      await transaction.execute(increment(names[0]));
      bothHoldOne[own]?.resolve();
      await Promise.all(bothHoldOne.map(({ promise }) => promise));
      await transaction.execute(increment(names[1]));
    }).then(firstIsThrough.resolve);
  await Promise.all([crosswise(0, ['a', 'b']), crosswise(1, ['b', 'a'])]);
  expect(runs).toBe(3);
  expect([await valueOf('a'), await valueOf('b')]).toEqual([2, 2]);
});

it.each([
  ['40P01', 3],
  ['40001', 3],
  ['53200', 1],
  ['23514', 1],
])('%s is tried %i times in all, and what each try wrote is gone', async (state, tries) => {
  let runs = 0;
  const error = await inTransaction(database.queries, async (transaction) => {
    runs += 1;
    await transaction.execute(increment('c'));
    await transaction.execute(sql.raw(`do $$ begin raise exception using errcode = '${state}'; end $$`));
  }).catch((thrown: unknown) => thrown);
  expect(sqlState(error)).toBe(state);
  expect(runs).toBe(tries);
  expect(await valueOf('c')).toBe(0);
});

it('an error that is not of the database rolls back too, and its connection is free again', async () => {
  for (let round = 0; round < 5; round += 1) {
    const failing = inTransaction(database.queries, async (transaction) => {
      await transaction.execute(increment('c'));
      throw new Error('a bug between two statements');
    });
    await expect(failing).rejects.toThrow('a bug between two statements');
  }
  expect(await valueOf('c')).toBe(0);
});
