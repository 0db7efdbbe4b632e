import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CompactedDay, WarehouseDays } from '../ports.ts';
import { storedColumns } from './columns.ts';
import { run, withDuckDb } from './duckdb.ts';
import { compactedFile, type DataFile, dataFile } from './names.ts';
import { nextMicros } from './put-row.ts';
import { countRows, current, noteSuperseded, overFiles, rowsOf } from './read.ts';
import type { Storage } from './storage.ts';

// Whatever happens in here happens in one process at a time: a compaction beside an erasure would write back what the
// other one removes. Rows that are put meanwhile are in files of their own, which neither touches.

/** So many files are merged at once; each that is open costs memory. */
const filesAtOnce = 1_000;
/** So many are on this machine at once when they come from a bucket. */
const filesSearchedAtOnce = 100;

/** Makes one file of the many of each day. Stopped at any moment, it leaves every row to be read once. */
export async function compact(storage: Storage, days: WarehouseDays, signal: AbortSignal): Promise<CompactedDay[]> {
  await removeUnfinished(storage, []);
  const byDay = Map.groupBy(await filesOf(storage, days, signal), ({ day }) => day);
  const done: CompactedDay[] = [];
  for (const [day, found] of byDay) {
    if (found.length < 2) continue;
    let files = found;
    let rows = 0;
    while (files.length > 1) {
      const merged = await merge(storage, day, files.slice(0, filesAtOnce), signal);
      rows = merged.rows;
      files = [...files.slice(filesAtOnce), merged.file];
    }
    done.push({ day, files: found.length, rows });
  }
  return done;
}

async function merge(storage: Storage, day: string, files: readonly DataFile[], signal: AbortSignal) {
  const { name, rows } = await rewrite(storage, day, files, signal, []);
  for (const file of files) await storage.remove(file.name, signal);
  const file = dataFile(name);
  if (!file) throw new Error(`not a name: ${name}`);
  return { file, rows };
}

/** Removes every row of these events, and says how many there were. Stopped at any moment, it can be done again. */
export async function erase(storage: Storage, eventIds: readonly string[], signal: AbortSignal): Promise<number> {
  const ids = new Set(eventIds.map((id) => id.toLowerCase()));
  await removeUnfinished(storage, [...ids]);
  const files = await filesOf(storage, {}, signal);
  const own = files.filter(({ eventId }) => eventId !== undefined && ids.has(eventId));
  let removed = own.length;
  const compacted = files.filter(({ eventId }) => eventId === undefined);
  for (const { file, rows } of await findRows(storage, compacted, [...ids], signal)) {
    await rewrite(storage, file.day, [file], signal, [...ids]);
    await storage.remove(file.name, signal);
    removed += rows;
  }
  for (const { name } of own) await storage.remove(name, signal);
  return removed;
}

/** Those of the files that have rows of these events, and how many. */
async function findRows(
  storage: Storage,
  files: readonly DataFile[],
  ids: readonly string[],
  signal: AbortSignal,
): Promise<{ file: DataFile; rows: number }[]> {
  const found: { file: DataFile; rows: number }[] = [];
  for (let start = 0; start < files.length; start += filesSearchedAtOnce) {
    const some = files.slice(start, start + filesSearchedAtOnce);
    const rowsOfFile = await overFiles(
      storage,
      signal,
      async () => some,
      async (paths) => {
        const counts = await countRows(paths, ids, signal);
        return paths.map((own) => counts.reduce((sum, { path, count }) => (path === own ? sum + count : sum), 0));
      },
    );
    for (const [index, file] of some.entries()) {
      const rows = rowsOfFile[index] ?? 0;
      if (rows > 0) found.push({ file, rows });
    }
  }
  return found;
}

/** Writes the rows that hold, without those of some events, to a new file of the day; none when no row is left. */
async function rewrite(
  storage: Storage,
  day: string,
  files: readonly DataFile[],
  signal: AbortSignal,
  without: readonly string[],
): Promise<{ name: string; rows: number }> {
  const name = compactedFile(day, nextMicros());
  const rows = await overFiles(
    storage,
    signal,
    async () => files,
    (paths) =>
      withDuckDb(signal, async (connection) => {
        await noteSuperseded(connection, paths);
        const kept = `from ${current(rowsOf('$1'))} where not list_contains($2, lower(event_id))`;
        const [counted] = await run(connection, `select count(*)::integer ${kept}`, [paths, without]);
        const count = Number(counted?.[0] ?? 0);
        if (count === 0) return 0;
        const copy = `copy (select ${storedColumns} ${kept}) to $3 (format parquet, compression zstd)`;
        await storage.put(name, async (path) => void (await run(connection, copy, [paths, without, path])), signal);
        return count;
      }),
  );
  if (signal.aborted) {
    // Who has begun since may have removed a row that is in here.
    await storage.remove(name, AbortSignal.timeout(undoMs));
    signal.throwIfAborted();
  }
  return { name, rows };
}

const undoMs = 5_000;

const filesOf = async (storage: Storage, days: WarehouseDays, signal: AbortSignal): Promise<DataFile[]> =>
  (await storage.list(days, signal)).toSorted().flatMap((name) => dataFile(name) ?? []);

/** What a crash left half done: all that a compaction or an erasure began, and the rows of these events. */
async function removeUnfinished(storage: Storage, ids: readonly string[]): Promise<void> {
  for (const path of await storage.unfinished()) {
    const name = basename(path);
    if (/^compacted\..*\.tmp$/.test(name) || ids.some((id) => name.startsWith(id))) await rm(path, { force: true });
  }
}
