import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { columnNames } from './columns.ts';
import { run, withDuckDb } from './duckdb.ts';
import { countRows, listFiles, overFiles, rowsOf } from './read.ts';
import type { Storage } from './storage.ts';

const everything = `lower(concat_ws(chr(31), ${columnNames.map((name) => `${name}::varchar`).join(', ')}))`;
const found = `list_bool_or(list_transform($2, lambda text: contains(${everything}, lower(text))))`;

/**
 * The files with one of these texts in them. Values are compressed, so the rows are read; the bytes are looked at as well, since
 * they hold the least and the greatest value of a column beside its rows, and so are the files that nobody finished.
 */
export async function filesWith(storage: Storage, texts: readonly string[], signal: AbortSignal): Promise<string[]> {
  // In metadata a text stands as JSON has it.
  const wanted = [...new Set(texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]))].filter(
    (text) => text !== '',
  );
  const inFiles = await overFiles(
    storage,
    signal,
    () => listFiles(storage, {}, signal),
    async (paths, files) => {
      if (paths.length === 0) return [];
      const rows = await withDuckDb(signal, (connection) =>
        run(connection, `select distinct filename from ${rowsOf('$1')} where ${found}`, [paths, wanted]),
      );
      const hit = new Set(rows.map(([path]) => String(path)));
      const names: string[] = [];
      for (const [index, path] of paths.entries()) {
        if (hit.has(path) || (await hasBytes(path, wanted))) names.push(files[index]?.name ?? path);
      }
      return names;
    },
  );
  const unfinished: string[] = [];
  for (const path of await storage.unfinished()) {
    if (await hasBytes(path, wanted)) unfinished.push(basename(path));
  }
  return [...inFiles, ...unfinished];
}

/** Those of the events of which anything is left, an unfinished file included. */
export async function heldEvents(
  storage: Storage,
  eventIds: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const ids = eventIds.map((id) => id.toLowerCase());
  const listed = () => listFiles(storage, {}, signal);
  // In this order: a row moves from a file of its own to a compacted one, and never back.
  const own = (await listed()).map(({ eventId }) => eventId);
  const compacted = async () => (await listed()).filter(({ eventId }) => eventId === undefined);
  const rows = await overFiles(storage, signal, compacted, (paths) => countRows(paths, ids, signal));
  const unfinished = (await storage.unfinished()).map((path) => basename(path));
  const held = new Set([...own, ...rows.map(({ eventId }) => eventId)]);
  return ids.filter((id) => held.has(id) || unfinished.some((name) => name.startsWith(id)));
}

async function hasBytes(path: string, texts: readonly string[]): Promise<boolean> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  return texts.some((text) => bytes.includes(text));
}
