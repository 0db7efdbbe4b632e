import { Client, type QueryResultRow } from 'pg';
import { eventually } from './eventually.ts';

const gateKey = 4242;

export type Session = Awaited<ReturnType<typeof openSession>>;

/** A database session of the test's own, which holds locks, and sees who waits for them. */
export async function openSession(url: string) {
  const client = new Client({ connectionString: url, application_name: 'test-session', query_timeout: 30_000 });
  await client.connect();

  async function query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await client.query<Row>(text, values)).rows;
  }

  async function addTrigger(timing: 'before' | 'after', body: string): Promise<void> {
    await query(
      `create function test_trigger() returns trigger language plpgsql as $$ begin ${body} return new; end $$`,
    );
    await query(`create trigger test_trigger ${timing} insert on events for each row execute function test_trigger()`);
  }
  const dropTrigger = () => query('drop function test_trigger cascade');

  return {
    query,

    /** Resolves when so many other sessions of this database wait for a lock. */
    waiting: (count: number) =>
      eventually(`${count} sessions wait for a lock`, async () => {
        const rows = await query<{ count: number }>(
          `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return (rows[0]?.count ?? 0) >= count ? true : undefined;
      }),

    /** Runs `work` while every new event row executes `body` (PL/pgSQL) before it is written. */
    async duringInserts<T>(body: string, work: () => Promise<T>): Promise<T> {
      await addTrigger('before', body);
      try {
        return await work();
      } finally {
        await dropTrigger();
      }
    },

    /** Holds every transaction that has inserted an event just before its commit; `work` is given what lets them go on. */
    async holdingCommits<T>(work: (release: () => Promise<void>) => Promise<T>): Promise<T> {
      await addTrigger(
        'after',
        `perform set_config('lock_timeout', '0', true); perform pg_advisory_xact_lock_shared(${gateKey});`,
      );
      await query(`select pg_advisory_lock(${gateKey})`);
      const release = async () => {
        await query('select pg_advisory_unlock_all()');
      };
      try {
        return await work(release);
      } finally {
        await release();
        await dropTrigger();
      }
    },

    close: () => client.end(),
  };
}
