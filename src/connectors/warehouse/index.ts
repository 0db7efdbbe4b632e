import type { WarehousePort } from '../ports.ts';
import { type BucketOptions, createBucket } from './bucket.ts';
import { openDuckDb, withConnection } from './duckdb.ts';
import { createFolder } from './folder.ts';
import { look } from './look.ts';
import { dayOf, rowFile } from './names.ts';
import { nextMicros, writeRow } from './put-row.ts';
import { compact, erase } from './rewrite.ts';
import { filesWith, heldEvents } from './search.ts';
import type { Storage } from './storage.ts';
import { within } from './within.ts';

export interface WarehouseOptions {
  place: { folder: string } | BucketOptions;
  /**
   * Runs `work` while nobody else, in any process, runs theirs; the signal says that this can no longer be promised. Rows that are
   * put do not need it.
   */
  alone: <T>(work: (lost: AbortSignal) => Promise<T>) => Promise<T>;
}

const writing = { threads: 1, memoryMb: 128 };

/** Leads as Parquet, by day, written and read through DuckDB, which is loaded by the first call. */
export const createWarehouse = ({ place, alone }: WarehouseOptions): WarehousePort =>
  warehouseOver('folder' in place ? createFolder(place.folder) : createBucket(place), alone);

export function warehouseOver(storage: Storage, alone: WarehouseOptions['alone']): WarehousePort {
  let writer: ReturnType<typeof openDuckDb> | undefined;

  /** Kept for the next row: opening one takes longer than writing a row. */
  async function openWriter() {
    writer ??= openDuckDb(writing);
    try {
      return await writer;
    } catch (error) {
      writer = undefined;
      throw error;
    }
  }

  const rewriting = <T>(operation: string, timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    within(operation, timeoutMs, (signal) => alone((lost) => work(AbortSignal.any([signal, lost]))));

  return {
    put: (row, { timeoutMs }) =>
      within('put', timeoutMs, async (signal) => {
        const micros = nextMicros();
        const file = rowFile(dayOf(row.received_at), row.event_id, micros);
        const duckDb = await openWriter();
        await storage.put(
          file,
          (path) => withConnection(duckDb, signal, (connection) => writeRow(connection, row, micros, path)),
          signal,
        );
        return { file };
      }),

    erase: (eventIds, { timeoutMs }) => rewriting('erase', timeoutMs, (signal) => erase(storage, eventIds, signal)),

    holds: (eventIds, { timeoutMs }) => within('holds', timeoutMs, (signal) => heldEvents(storage, eventIds, signal)),

    filesWith: (texts, { timeoutMs }) => within('filesWith', timeoutMs, (signal) => filesWith(storage, texts, signal)),

    compact: (days, { timeoutMs }) => rewriting('compact', timeoutMs, (signal) => compact(storage, days, signal)),

    query: (sql, query) => within('query', query.timeoutMs, (signal) => look(storage, sql, query, signal)),
  };
}
