import { sql } from 'drizzle-orm';
import type { Gone, KeptFor, RetentionClass } from '../../domain/retention.ts';
import { countFormerMembers, removeFormerMembers } from '../buyer-groups/former-members.ts';
import type { Queries } from '../database.ts';
import { countOld, deleteOldest, oldestIds } from './aged-rows.ts';
import { blankEvents } from './blank-events.ts';
import { removeRefreshRuns } from './refresh-runs.ts';
import { removeUnusedKeys } from './unused-keys.ts';

/** As many rows as one statement takes: it has ended long before anybody gives up waiting for one of its locks. */
const rowsAtOnce = 500;
/** The files of a warehouse are gone through for so many leads at once. */
const leadsAtOnce = 5_000;

/** Takes leads out of every store that has a copy; may be asked again for those that are gone. */
export type EraseCopies = (leadIds: readonly string[]) => Promise<void>;

/**
 * Takes what is too old of one class, in portions, until nothing is left or the time is used. Each portion is whole: a round that is
 * killed has done what it has done, and another one goes on.
 */
export async function retentionRound(
  queries: Queries,
  { name, days }: KeptFor,
  options: { after: string | null; budgetMs: number; eraseCopies: EraseCopies },
): Promise<Gone> {
  const endsAt = Date.now() + options.budgetMs;
  let { after } = options;
  let rows = 0;
  do {
    const portion = await portionOf(queries, { name, days }, after, options.eraseCopies);
    rows += portion.rows;
    after = portion.after;
  } while (after !== null && Date.now() < endsAt);
  return { rows, after };
}

async function portionOf(
  queries: Queries,
  { name, days }: KeptFor,
  after: string | null,
  eraseCopies: EraseCopies,
): Promise<Gone> {
  switch (name) {
    case 'keys':
      return removeUnusedKeys(queries, { days, limit: rowsAtOnce, after });
    case 'leads':
      return goneOf(await removeLeads(queries, days, eraseCopies), leadsAtOnce);
    case 'payloads':
    case 'failed':
      return goneOf(await blankEvents(queries, name, days, rowsAtOnce), rowsAtOnce);
    case 'refreshLogs':
      return goneOf(await removeRefreshRuns(queries, days, rowsAtOnce), rowsAtOnce);
    case 'formerMembers':
      return goneOf(await removeFormerMembers(queries, days, rowsAtOnce), rowsAtOnce);
    case 'violations':
    case 'modelCalls':
    case 'audit':
      return goneOf(await deleteOldest(queries, name, days, rowsAtOnce), rowsAtOnce);
    default:
      return name satisfies never;
  }
}

/** The oldest of a class that is left needs no name. */
const goneOf = (rows: number, limit: number): Gone => ({ rows, after: rows < limit ? null : '' });

/** Copies go first, since by the rows they are found. */
async function removeLeads(queries: Queries, days: number, eraseCopies: EraseCopies): Promise<number> {
  const { rows } = await queries.execute<{ id: string }>(oldestIds('leads', days, leadsAtOnce));
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  await eraseCopies(ids);
  for (let start = 0; start < ids.length; start += rowsAtOnce)
    await queries.execute(
      sql`delete from leads where id = any(${sql.param(ids.slice(start, start + rowsAtOnce))}::uuid[])`,
    );
  return ids.length;
}

const countedUpTo = 10_000;

const isCounted = (kept: KeptFor): kept is KeptFor & { name: Exclude<RetentionClass, 'keys'> } => kept.name !== 'keys';

/** What would go now; `more`: and others beyond those. Which keys nothing refers to is seen when they go. */
export async function retentionForecast(
  queries: Queries,
  kept: readonly KeptFor[],
): Promise<(KeptFor & { rows: number; more: boolean })[]> {
  const forecast = [];
  for (const { name, days } of kept.filter(isCounted)) {
    const limit = countedUpTo + 1;
    const rows =
      name === 'formerMembers'
        ? await countFormerMembers(queries, days, limit)
        : await countOld(queries, name, days, limit);
    forecast.push({ name, days, rows: Math.min(rows, countedUpTo), more: rows > countedUpTo });
  }
  return forecast;
}
