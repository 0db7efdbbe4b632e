import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Connection } from '@temporalio/client';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { parseEnvironment } from '../src/config/environment.ts';
import { startWorld, type WorldOptions } from '../src/main/world.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { processIdentity } from '../src/main/world/process-identity.ts';
import { searchAttributes } from '../src/temporal/search-attributes.ts';

// What `npm run dev` promises: it says what is wrong, keeps the data, and leaves nothing behind however it ends.
let root = '';
let ports: number[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'causeway-world-'));
  await chmod(root, 0o711);
  ports = await freePorts(3);
});
afterAll(() => rm(root, { recursive: true, force: true }));

function options(changes: Partial<WorldOptions> = {}): WorldOptions {
  return {
    dataDir: join(root, 'data'),
    configuration: parseEnvironment({ DATABASE_URL: databaseUrl(), TEMPORAL_PORT: String(ports[1]) }),
    only: ['postgres', 'temporal'],
    headless: true,
    handleSignals: false,
    quiet: true,
    ...changes,
  };
}

function databaseUrl(): string {
  return `postgres://causeway:causeway@127.0.0.1:${ports[0]}/causeway`;
}

function standIn() {
  const url = `http://127.0.0.1:${ports[2]}/`;
  return { name: 'stand-in', file: 'test/world-child.ts', args: [String(ports[2])], environment: {}, readyUrl: url };
}

async function query(text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: databaseUrl() });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end();
  }
}

const record = z.object({ children: z.array(z.object({ name: z.string(), pid: z.number(), identity: z.string() })) });

async function recordedChildren() {
  return record.parse(JSON.parse(await readFile(join(root, 'data', 'processes.json'), 'utf8'))).children;
}

function living(children: Awaited<ReturnType<typeof recordedChildren>>): string[] {
  return children.filter(({ pid, identity }) => processIdentity(pid) === identity).map(({ name }) => name);
}

async function startProcess(): Promise<ChildProcess> {
  const args = ['test/world-process.ts', join(root, 'data'), ...ports.map(String)];
  const world = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void world.kill('SIGTERM'));
  for await (const line of createInterface({ input: world.stdout })) if (line === 'ready') return world;
  throw new Error('the world did not become ready');
}

test('a start gives PostgreSQL and Temporal as the service needs them, a second one finds the data again', async () => {
  const first = await startWorld(options());
  await query('create table kept as select 42 as answer');
  const children = await recordedChildren();
  expect(living(children).toSorted()).toEqual(['PostgreSQL', 'Temporal']);
  const settings = await query(
    `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'max_locks_per_transaction')`,
  );
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    fsync: 'on',
    synchronous_commit: 'on',
    max_locks_per_transaction: '256',
  });
  await first.stop();
  expect(living(children)).toEqual([]);
  expect(await first.ended).toBeNull();

  const second = await startWorld(options());
  expect(await query('select answer from kept')).toEqual([{ answer: 42 }]);
  await expectNamespace();
  await second.stop();
}, 60_000);

async function expectNamespace(): Promise<void> {
  const connection = await Connection.connect({ address: `127.0.0.1:${ports[1]}` });
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(searchAttributes.map(({ name }) => name)));
  } finally {
    await connection.close();
  }
}

test('a port that is taken is found before anything starts, and the error names what moves it', async () => {
  const other = createServer().listen(ports[1], '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const dataDir = join(root, 'untouched');
  await expect(startWorld(options({ dataDir }))).rejects.toThrow(
    `Port ${ports[1]}, which Temporal wants, is taken by another program. Set TEMPORAL_PORT to move Temporal.`,
  );
  await expect(stat(join(dataDir, 'postgres'))).rejects.toThrow('ENOENT');
});

test('a child that dies ends the world, with its name, its exit code and its last words', async () => {
  const world = await startWorld(options({ only: [], programs: [standIn()] }));
  await fetch(`http://127.0.0.1:${ports[2]}/die`).catch(() => {});
  const error = await world.ended;
  expect(error?.message).toMatch(/stand-in ended with exit code 7\. Its last lines:\nthe last thing it says/);
});

test('a child that dies before it is ready fails the start', async () => {
  const broken = { ...standIn(), file: 'test/no-such-file.ts' };
  await expect(startWorld(options({ only: [], programs: [broken] }))).rejects.toThrow(
    /stand-in ended with exit code 1[^]*no-such-file/,
  );
});

test('after kill -9 the next start ends what was left, is ready within 30 s and has the data', async () => {
  const killed = await startProcess();
  const children = await recordedChildren();
  await expect(startWorld(options())).rejects.toThrow(`already running here (pid ${killed.pid}`);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  await vi.waitFor(() => expect(living(children)).not.toContain('stand-in'), { timeout: 10_000 });

  const startedAt = Date.now();
  const world = await startWorld(options());
  expect(Date.now() - startedAt).toBeLessThan(30_000);
  expect(living(children)).toEqual([]);
  expect(await query('select answer from kept')).toEqual([{ answer: 42 }]);
  await world.stop();
}, 60_000);

test('after kill -9 of everything the next start has the data too', async () => {
  const killed = await startProcess();
  const children = await recordedChildren();
  for (const { pid } of children) process.kill(pid, 'SIGKILL');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const world = await startWorld(options());
  expect(await query('select answer from kept')).toEqual([{ answer: 42 }]);
  await world.stop();
}, 60_000);

test('SIGTERM stops every child, then the world', async () => {
  const world = await startProcess();
  const children = await recordedChildren();
  world.kill('SIGTERM');
  expect(await once(world, 'exit')).toEqual([null, 'SIGTERM']);
  expect(living(children)).toEqual([]);
}, 60_000);

test.skipIf(process.getuid?.() !== 0)('a folder that the user of PostgreSQL may not enter is named', async () => {
  const closed = await mkdtemp(join(root, 'closed-'));
  await expect(startWorld(options({ dataDir: join(closed, 'data') }))).rejects.toThrow(
    new RegExp(`may not enter ${closed}\n[^]*chmod o\\+x ${closed}\n[^]*CAUSEWAY_DATA_DIR[^]*ordinary user`),
  );
});

test('--fresh forgets the data', async () => {
  const world = await startWorld(options({ fresh: true }));
  expect(await query(`select to_regclass('kept') as kept`)).toEqual([{ kept: null }]);
  await world.stop();
}, 60_000);
