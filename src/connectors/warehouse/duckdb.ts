import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';

export type Connection = DuckDBConnection;

/** A database in memory that no statement can make larger than this, and that never writes beside what it is told to. */
export async function openDuckDb({ threads, memoryMb }: { threads: number; memoryMb: number }) {
  // Native and large: whoever only serves requests does not load it.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  return DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${memoryMb}MB`,
    temp_directory: '',
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
}

type Instance = Awaited<ReturnType<typeof openDuckDb>>;

/** One connection for one piece of work, interrupted when the signal says so. */
export async function withConnection<T>(
  instance: Instance,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    return await work(connection);
  } finally {
    signal.removeEventListener('abort', interrupt);
    connection.closeSync();
  }
}

export const workLimits = { threads: 2, memoryMb: 512 };

/** The same in a database of its own, whose memory is given back afterwards. */
export async function withDuckDb<T>(signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> {
  const instance = await openDuckDb(workLimits);
  try {
    return await withConnection(instance, signal, work);
  } finally {
    instance.closeSync();
  }
}

/** A parameter; a list of texts is one. */
export type Parameter = string | boolean | null | readonly string[];

const rowsSchema = z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])));

/** Runs one statement to its end. What it is about is given as parameters, never as part of it. */
export async function run(
  connection: Connection,
  statement: string,
  parameters: readonly Parameter[],
): Promise<z.infer<typeof rowsSchema>> {
  const { BOOLEAN, LIST, VARCHAR, listValue } = await import('@duckdb/node-api');
  const reader = await connection.runAndReadAll(
    statement,
    parameters.map((value) => (isList(value) ? listValue([...value]) : value)),
    // Given, since that of a list without a member cannot be guessed.
    parameters.map((value) => (isList(value) ? LIST(VARCHAR) : typeof value === 'boolean' ? BOOLEAN : VARCHAR)),
  );
  return rowsSchema.parse(reader.getRowsJson());
}

const isList = (value: Parameter): value is readonly string[] => Array.isArray(value);
