import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WarehousePort } from '../src/connectors/ports.ts';
import { call } from './warehouse-lead.ts';

export const all = { ...call, maxRows: 10_000 };

/** In tests of one process nobody else rewrites. */
export const alone = <T>(work: (lost: AbortSignal) => Promise<T>): Promise<T> => work(new AbortController().signal);

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'warehouse-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Every event that is read, with its message; an event that is read twice is there twice. */
export async function messages(warehouse: WarehousePort): Promise<Record<string, unknown[]>> {
  const { rows } = await warehouse.query('select event_id, message from leads', all);
  const found: Record<string, unknown[]> = {};
  for (const [id, message] of rows) (found[String(id)] ??= []).push(message);
  return found;
}
