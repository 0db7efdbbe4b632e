import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

export type ProviderStateRow = {
  provider: string;
  process: string;
  state: 'closed' | 'open' | 'half-open';
  /** ISO 8601. */
  since: string;
  lastFailureClass: string | null;
};

/** Writes how a process now stands to a provider. */
export async function writeProviderState(
  queries: Queries,
  { provider, process, state, lastFailureClass }: Omit<ProviderStateRow, 'since'>,
): Promise<void> {
  await queries.execute(sql`
    insert into provider_states (provider, process, state, last_failure_class)
    values (${provider}, ${process}, ${state}, ${lastFailureClass})
    on conflict (provider, process) do update
      set state = excluded.state, since = clock_timestamp(), last_failure_class = excluded.last_failure_class`);
}

/** Every process that ever found something wrong, and has neither ended in order nor been silent for long. */
export async function readProviderStates(queries: Queries): Promise<ProviderStateRow[]> {
  const { rows } = await queries.execute<Omit<ProviderStateRow, 'since'> & { sinceMs: number }>(sql`
    select provider, process, state, last_failure_class as "lastFailureClass", extract(epoch from since)::float8 * 1000 as "sinceMs"
    from provider_states order by provider, since desc`);
  return rows.map(({ sinceMs, ...row }) => ({ ...row, since: new Date(sinceMs).toISOString() }));
}

/** A process that ends has no state any more. */
export async function forgetProcess(queries: Queries, process: string): Promise<void> {
  await queries.execute(sql`delete from provider_states where process = ${process}`);
}

/** Deletes what processes left behind that were killed: a living one with calls to make changes its state within a day. */
export async function forgetProviderStates(queries: Queries, olderThanMs: number): Promise<void> {
  await queries.execute(
    sql`delete from provider_states where since < clock_timestamp() - ${olderThanMs} * interval '1 millisecond'`,
  );
}
