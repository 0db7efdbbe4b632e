import { randomUUID } from 'node:crypto';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createFolder } from '../src/connectors/warehouse/folder.ts';
import { createWarehouse, warehouseOver } from '../src/connectors/warehouse/index.ts';
import { childEnvironment } from '../src/config/environment.ts';
import { runAlone } from '../src/db/alone.ts';
import { startChild } from '../src/main/world/child.ts';
import { createTestDatabase } from './database.ts';
import { openSession } from './session.ts';
import { messages, temporaryFolder } from './warehouse.ts';
import { call, lead } from './warehouse-lead.ts';

/** Protects the rows of the warehouse from processes that die at any moment, and from several that work at once. */

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

interface Work {
  does: 'put' | 'compact' | 'erase';
  eventIds?: string[];
  message?: string;
  times?: number;
  diesAt?: number;
}

function startWork(folder: string, work: Work) {
  const whole = { eventIds: [], message: 'new', times: 1, diesAt: 0, ...work, folder, lockUrl: database.url };
  const lines: string[] = [];
  const child = startChild(
    {
      name: work.does,
      command: process.execPath,
      args: [join(import.meta.dirname, 'warehouse-child.ts'), JSON.stringify(whole), '--with-parent'],
      environment: childEnvironment({}),
      cwd: import.meta.dirname,
      stopSignal: 'SIGTERM',
      holdInput: true,
    },
    (line) => lines.push(line),
  );
  onTestFinished(() => child.signal('SIGKILL'));
  return { child, lines };
}

/** Whether it came to its end; otherwise it killed itself. */
async function ended(folder: string, work: Work): Promise<boolean> {
  const how = (await startWork(folder, work).child.exited).message;
  if (how.includes('exit code 0')) return true;
  expect(how).toContain('SIGKILL');
  return false;
}

const open = (folder: string) =>
  createWarehouse({ place: { folder }, alone: (work) => runAlone(database.url, 'warehouse', work) });

const ids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

/** A day with a compacted file, new rows, and a row that was put again; and what has to be read of it. */
async function prepared() {
  const folder = await temporaryFolder();
  const warehouse = open(folder);
  const [again = '', ...others] = ids(5);
  const put = (event_id: string, message: string) => warehouse.put(lead({ event_id, message }), call);
  for (const id of [again, ...others.slice(0, 2)]) await put(id, 'old');
  await warehouse.compact({}, call);
  for (const id of [again, ...others.slice(2)]) await put(id, 'new');
  return { folder, again, others, expected: await messages(warehouse) };
}

async function copyOf(folder: string): Promise<string> {
  const copy = await temporaryFolder();
  await cp(folder, copy, { recursive: true });
  return copy;
}

const fileNames = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

it('a compaction that dies before any of its steps loses and doubles no row, and the next one ends the work', async () => {
  const { folder, expected } = await prepared();
  let steps = 0;
  for (let isDone = false; !isDone; steps += 1) {
    const copy = await copyOf(folder);
    isDone = await ended(copy, { does: 'compact', diesAt: steps + 1 });
    const warehouse = open(copy);
    expect(await messages(warehouse)).toEqual(expected);
    await warehouse.compact({}, call);
    expect(await messages(warehouse)).toEqual(expected);
    expect(await fileNames(copy)).toHaveLength(1);
  }
  expect(steps).toBeGreaterThan(6);
});

it('an erasure that dies before any of its steps loses no other row, and done again it leaves nothing', async () => {
  const { folder, again, others, expected } = await prepared();
  const erased = [again, others[3] ?? ''];
  const kept = Object.fromEntries(Object.entries(expected).filter(([id]) => !erased.includes(id)));
  let steps = 0;
  for (let isDone = false; !isDone; steps += 1) {
    const copy = await copyOf(folder);
    isDone = await ended(copy, { does: 'erase', eventIds: erased, diesAt: steps + 1 });
    const warehouse = open(copy);
    expect(await messages(warehouse)).toMatchObject(kept);
    await warehouse.erase(erased, call);
    expect(await messages(warehouse)).toEqual(kept);
    expect(await warehouse.holds(erased, call)).toEqual([]);
    expect(await warehouse.filesWith(erased, call)).toEqual([]);
  }
  expect(steps).toBeGreaterThan(5);
});

it('a row is put whole or not at all, whenever its process dies', async () => {
  const folder = await temporaryFolder();
  const warehouse = open(folder);
  const id = randomUUID();
  await warehouse.put(lead({ event_id: id, message: 'old' }), call);
  const read: unknown[] = [];
  for (let diesAt = 1, isDone = false; !isDone; diesAt += 1) {
    const copy = await copyOf(folder);
    isDone = await ended(copy, { does: 'put', eventIds: [id], diesAt });
    read.push((await messages(open(copy)))[id]);
  }
  expect(read).toEqual([['old'], ['old'], ['new'], ['new']]);
});

it('what was put is there once, though writers and compactions were killed beside each other', async () => {
  const folder = await temporaryFolder();
  const shared = ids(10);
  const acknowledged = new Set<string>();
  for (let round = 0; round < 2; round += 1) {
    const compactor = startWork(folder, { does: 'compact', times: 1_000 });
    const writers = [0, 1].map(() => startWork(folder, { does: 'put', eventIds: [...shared, ...ids(2_000)] }));
    const warehouse = open(folder);
    for (;;) {
      const before = writers.flatMap(({ lines }) => lines);
      const read = await messages(warehouse);
      for (const line of before) expect(read).toHaveProperty(line.replace('put ', ''), ['new']);
      expect(Object.values(read).filter((rows) => rows.length !== 1)).toEqual([]);
      for (const id of Object.keys(read)) acknowledged.add(id);
      if (before.length > 60 && compactor.lines.length > 1) break;
    }
    for (const { child } of [compactor, ...writers]) child.signal('SIGKILL');
    await Promise.all([compactor, ...writers].map(({ child }) => child.exited));
    for (const { lines } of writers) for (const line of lines) acknowledged.add(line.replace('put ', ''));
  }
  const warehouse = open(folder);
  const read = await messages(warehouse);
  expect(Object.keys(read)).toEqual(expect.arrayContaining([...acknowledged]));
  await warehouse.compact({}, call);
  expect(await messages(warehouse)).toEqual(read);
});

it('a compaction in another process never brings an erased row back', async () => {
  const folder = await temporaryFolder();
  const warehouse = open(folder);
  const events = ids(24);
  for (const event_id of events) await warehouse.put(lead({ event_id }), call);
  const compactors = [0, 1].map(() => startWork(folder, { does: 'compact', times: 10_000 }));
  const kept = events.slice(12);
  for (const [index, id] of events.slice(0, 12).entries()) {
    await warehouse.erase([id], call);
    await warehouse.put(lead({ event_id: kept[index] ?? id }), call);
    expect(await warehouse.holds(events.slice(0, index + 1), call)).toEqual([]);
  }
  for (const { child } of compactors) child.signal('SIGKILL');
  await Promise.all(compactors.map(({ child }) => child.exited));
  await warehouse.compact({}, call);
  expect(Object.keys(await messages(warehouse)).toSorted()).toEqual(kept.toSorted());
});

it('an erasure waits for a compaction that has read and not yet written', async () => {
  const folder = await temporaryFolder();
  const session = await openSession(database.url);
  onTestFinished(() => session.close());
  const eraser = open(folder);
  const [erased = '', kept = ''] = ids(2);
  for (const event_id of [erased, kept]) await eraser.put(lead({ event_id }), call);
  const erasures: Promise<number>[] = [];
  const storage = createFolder(folder);
  const compactor = warehouseOver(
    {
      ...storage,
      put: (name, write, signal) =>
        storage.put(
          name,
          async (path) => {
            await write(path);
            erasures.push(eraser.erase([erased], call));
            await session.waiting(1);
          },
          signal,
        ),
    },
    (work) => runAlone(database.url, 'warehouse', work),
  );
  await compactor.compact({}, call);
  expect(await Promise.all(erasures)).toEqual([1]);
  expect(await eraser.holds([erased], call)).toEqual([]);
  expect(Object.keys(await messages(eraser))).toEqual([kept]);
});
