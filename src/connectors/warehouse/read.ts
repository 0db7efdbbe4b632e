import { join } from 'node:path';
import { versionColumn } from './columns.ts';
import { type Connection, run, withDuckDb } from './duckdb.ts';
import { type DataFile, dataFile } from './names.ts';
import type { WarehouseDays } from '../ports.ts';
import { FileGone, type Storage } from './storage.ts';

/** The columns by which a row is found again: its file, and its place in it. */
const place = 'filename, file_row_number';

/** Rows of files, with the file and the place in it. `files` is SQL: a parameter or a list of literals. */
export const rowsOf = (files: string): string =>
  `read_parquet(${files}, filename = true, file_row_number = true, hive_partitioning = true, hive_types = {received_date: date})`;

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Notes the rows that do not hold, in the table `superseded`: those of which another file has a later version. There are
 * such after a row was put again, and while a compaction has not removed what it read. Events with one row, nearly all,
 * cost no more than their id.
 */
export async function noteSuperseded(connection: Connection, paths: readonly string[]): Promise<void> {
  const rows = rowsOf('$1');
  await run(
    connection,
    `create temp table superseded as select ${place} from (
       select ${place}, row_number() over (
         partition by event_id order by updated_at desc, ${versionColumn} desc, filename desc
       ) as version
       from ${rows}
       where event_id in (select event_id from ${rows} group by event_id having count(*) > 1)
     ) where version > 1`,
    [paths],
  );
}

/** What is left of `rows` without those. */
export const current = (rows: string): string => `${rows} anti join superseded using (${place})`;

/**
 * The files of these days as of one moment. A compaction adds its file before it removes those that it read, so a listing
 * that overlaps with it may have neither; two equal listings in a row do not.
 */
export async function listFiles(storage: Storage, days: WarehouseDays, signal: AbortSignal): Promise<DataFile[]> {
  let before: string | undefined;
  for (;;) {
    const names = (await storage.list(days, signal)).toSorted();
    const now = names.join('\n');
    if (now === before) return names.flatMap((name) => dataFile(name) ?? []);
    before = now;
    signal.throwIfAborted();
  }
}

/** Runs `work` over local copies of files, and again over the files of then whenever one was removed meanwhile. */
export async function overFiles<T>(
  storage: Storage,
  signal: AbortSignal,
  choose: () => Promise<readonly DataFile[]>,
  work: (paths: string[], files: readonly DataFile[]) => Promise<T>,
): Promise<T> {
  for (;;) {
    const files = await choose();
    try {
      const { folder, close } = await storage.open(
        files.map(({ name }) => name),
        signal,
      );
      try {
        const paths = files.map(({ name }) => join(folder, name));
        return await work(paths, files);
      } finally {
        await close();
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FileGone) continue;
      const there = new Set(await storage.list({}, signal));
      if (files.every(({ name }) => there.has(name))) throw error;
    }
  }
}

const counted = `select filename, lower(event_id), count(*)::integer from ${rowsOf('$1')}
  where list_contains($2, lower(event_id)) group by all`;

/** How many rows of these events each of the files has; those without are left out. */
export async function countRows(
  paths: readonly string[],
  eventIds: readonly string[],
  signal: AbortSignal,
): Promise<{ path: string; eventId: string; count: number }[]> {
  if (paths.length === 0) return [];
  const rows = await withDuckDb(signal, (connection) => run(connection, counted, [paths, eventIds]));
  return rows.map(([path, eventId, count]) => ({ path: String(path), eventId: String(eventId), count: Number(count) }));
}
