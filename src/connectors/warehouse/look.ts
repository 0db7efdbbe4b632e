import type { WarehouseAnswer, WarehouseQuery } from '../ports.ts';
import { columnNames, columnTypes } from './columns.ts';
import { type Connection, withDuckDb, workLimits } from './duckdb.ts';
import { current, listFiles, literal, noteSuperseded, overFiles, rowsOf } from './read.ts';
import type { Storage } from './storage.ts';

/** The statement cannot be run as it is; the message says why, in words for who wrote it. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
}

/** Runs one SELECT over the leads of these days, in a database that can read their files and nothing else. */
export function look(
  storage: Storage,
  sql: string,
  query: WarehouseQuery,
  signal: AbortSignal,
): Promise<WarehouseAnswer> {
  return overFiles(
    storage,
    signal,
    () => listFiles(storage, query, signal),
    (paths) =>
      withDuckDb(signal, async (connection) => {
        await makeView(connection, paths);
        await shut(connection, paths);
        return select(connection, sql, query.maxRows, signal);
      }),
  );
}

async function makeView(connection: Connection, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) {
    const empty = Object.entries(columnTypes).map(([name, type]) => `null::${type} as ${name}`);
    await connection.run(`create view leads as select ${empty.join(', ')}, null::date as received_date where false`);
    return;
  }
  await noteSuperseded(connection, paths);
  const rows = current(rowsOf(`[${paths.map(literal).join(', ')}]`));
  await connection.run(`create view leads as select ${columnNames.join(', ')}, received_date from ${rows}`);
}

/** From here on the host is out of reach: other files, the network, extensions, and these settings themselves. */
async function shut(connection: Connection, paths: readonly string[]): Promise<void> {
  await connection.run(`set allowed_paths = [${paths.map(literal).join(', ')}]`);
  await connection.run('set enable_external_access = false');
  await connection.run('set lock_configuration = true');
}

async function select(
  connection: Connection,
  sql: string,
  maxRows: number,
  signal: AbortSignal,
): Promise<WarehouseAnswer> {
  const { StatementType } = await import('@duckdb/node-api');
  try {
    const statements = await connection.extractStatements(sql);
    const statement = statements.count === 1 ? await statements.prepare(0) : undefined;
    // An allowed path may be written to as well as read, so nothing but a SELECT is run.
    if (statement?.statementType !== StatementType.SELECT)
      throw new QueryRefused('say one SELECT, over the view leads');
    const reader = await statement.streamAndReadUntil(maxRows + 1);
    const rows = reader.getRowsJson();
    return { columns: reader.deduplicatedColumnNames(), rows: rows.slice(0, maxRows), cut: rows.length > maxRows };
  } catch (error) {
    if (error instanceof QueryRefused || signal.aborted || isMissingFile(error)) throw error;
    throw new QueryRefused(inWords(error), { cause: error });
  }
}

/** A file that was removed since it was listed is no fault of the statement. */
const isMissingFile = (error: unknown): boolean => error instanceof Error && error.message.startsWith('IO Error');

function inWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('Out of Memory Error')) {
    return `the statement needs more than ${workLimits.memoryMb} MB; ask for fewer days, columns or groups`;
  }
  if (message.startsWith('Permission Error')) return `${firstLine(message)}; only the view leads can be read`;
  // The library says no more when there is no statement at all.
  return message === 'Error in native callback' ? 'say one SELECT, over the view leads' : message;
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
