import type { WarehouseLead } from '../ports.ts';
import { columnNames, columnTypes, versionColumn } from './columns.ts';
import { type Connection, type Parameter, run } from './duckdb.ts';

const values = Object.entries(columnTypes).map(([name, type], index) => `$${index + 1}::${type} as ${name}`);
const version = `make_timestamp($${values.length + 1}::bigint) as ${versionColumn}`;
const copy = `copy (select ${[...values, version].join(', ')}) to $${values.length + 2} (format parquet, compression zstd)`;

/** Writes one row as a file. Values are parameters, never part of the statement. */
export async function writeRow(
  connection: Connection,
  row: WarehouseLead,
  micros: bigint,
  path: string,
): Promise<void> {
  const given = new Map<string, unknown>(Object.entries(row));
  await run(connection, copy, [...columnNames.map((name) => bound(given.get(name))), String(micros), path]);
}

function bound(value: unknown): Parameter {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('Z', '');
  return typeof value === 'string' || typeof value === 'boolean' ? value : JSON.stringify(value);
}

let last = 0n;

/** The time in microseconds, later than any that this process was told before. */
export function nextMicros(): bigint {
  const now = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1_000));
  last = now > last ? now : last + 1n;
  return last;
}
