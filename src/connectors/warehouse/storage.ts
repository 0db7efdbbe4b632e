import type { WarehouseDays } from '../ports.ts';

/** Where the files lie: a folder, or a bucket. A name is a path below it, such as `received_date=2026-03-31/….parquet`. */
export interface Storage {
  /** The names of all files of these days; an addition or removal meanwhile may be seen or not. */
  list(days: WarehouseDays, signal: AbortSignal): Promise<readonly string[]>;
  /** `write` makes a local file; it is then there under `name`, whole and durable, or not at all. */
  put(name: string, write: (path: string) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** A local folder with these files in it, under their names, until `close`. Throws `FileGone` when one is not there. */
  open(names: readonly string[], signal: AbortSignal): Promise<{ folder: string; close: () => Promise<void> }>;
  /** Removes one file; one that is not there is no error. */
  remove(name: string, signal: AbortSignal): Promise<void>;
  /** Paths of local files that were begun and have not become part of the storage, most of them for ever. */
  unfinished(): Promise<readonly string[]>;
}

/** A file that was listed has been removed since. */
export class FileGone extends Error {
  override readonly name = 'FileGone';
}
