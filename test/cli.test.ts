import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { migrateCommand } from '../src/cli/migrate.ts';
import { replayCommand } from '../src/cli/replay.ts';
import { runCli } from '../src/cli/run-cli.ts';
import { childEnvironment } from '../src/config/environment.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { createHistoryCodec } from '../src/privacy/payload-codec.ts';
import { fetchHistory, readHistory } from '../src/temporal/recorded-history.ts';

// Operators and deployments rely on what a command says and on its exit code: 0 done, 1 not done, 2 called wrongly.

const acted = join(import.meta.dirname, 'replay', 'acted.json');

interface Ended {
  code: number;
  out: string;
  error: string;
}

/** Runs the real command line in a process of its own. */
function causeway(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const env = childEnvironment({ TEMPORAL_ADDRESS: inject('temporalAddress'), ...environment });
  const program = join(import.meta.dirname, '..', 'src', 'main', 'cli.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, timeout: 50_000 }, (error, out, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, out: out.trim(), error: stderr.trim() }),
    );
  });
}

const unasked = () => Promise.reject(new Error('nothing may be asked'));

/** Runs it in this process, over what a test puts in the place of the servers. */
async function inProcess(args: string[], replaced: Partial<Parameters<typeof replayCommand>[0]> = {}) {
  const said: string[] = [];
  const replay = replayCommand({
    fetchHistory: unasked,
    readHistory,
    replay: unasked,
    fixtureFolder: tmpdir(),
    ...replaced,
  });
  const migrate = migrateCommand({ migrate: unasked, database: () => 'the database' });
  const write = (line: string) => void said.push(line);
  return { code: await runCli([migrate, replay], args, { out: write, error: write }), said: said.join('\n') };
}

describe('the command line', () => {
  it('lists its commands when it is asked, and when it does not know the one that is named', async () => {
    const list = /  migrate  .*\n  replay   /;
    expect(await causeway(['--help'])).toEqual({ code: 0, out: expect.stringMatching(list), error: '' });
    const unknown = await causeway(['migrat']);
    expect(unknown).toEqual({ code: 2, out: '', error: expect.stringMatching(list) });
    expect(unknown.error).toMatch(/^there is no command 'migrat'/);
    expect(await inProcess([])).toMatchObject({ code: 2, said: expect.stringMatching(list) });
    expect(await inProcess(['replay', '--help'])).toMatchObject({ code: 0, said: expect.stringContaining('--record') });
  });

  it.each([
    [['replay'], 'name one workflow id, or one history file'],
    [['replay', 'one', 'two'], 'name one workflow id, or one history file'],
    [['replay', '--recrod', 'one'], "Unknown option '--recrod'"],
    [['replay', 'one', '--name', 'two'], '--name belongs to --record'],
    [['replay', '--record', 'one', '--name', '../two'], '--name has to begin with a letter or a digit'],
    [['migrate', 'now'], "Unexpected argument 'now'"],
  ])('answers %j with what is wrong, how it is used, and exit code 2', async (args, problem) => {
    const { code, said } = await inProcess(args);
    expect(code).toBe(2);
    expect(said).toContain(problem);
    expect(said).toContain('Usage: npm run');
  });
});

describe('migrate', () => {
  it('says what it applied, and the second time that nothing was left to do', async () => {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    const admin = new pg.Client(inject('templateUrl').replace(/\/[^/]*$/, '/postgres'));
    await admin.connect();
    onTestFinished(() => admin.end());
    await admin.query(`create database ${name}`);
    const url = new URL(inject('templateUrl').replace(/\/[^/]*$/, `/${name}`));
    const first = await causeway(['migrate'], { DATABASE_URL: url.href });
    expect(first).toMatchObject({ code: 0, error: '' });
    expect(first.out).toMatch(
      /^applied 0000_spine\n(applied \S+\n)*the database 'test_\w+' at 127.0.0.1:\d+ is up to date$/,
    );
    expect(first.out).not.toContain(url.password + '@');
    expect(await causeway(['migrate'], { DATABASE_URL: url.href })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^the database '\w+' at \S+ is up to date already$/),
    });
    await admin.query(`drop database ${name}`);
  });

  it(
    'says why it could not, as every command that needs PostgreSQL: where it was looked for, and what to check',
    { timeout: 120_000 },
    async () => {
      const [closedPort] = await freePorts(1);
      const DATABASE_URL = `postgres://causeway:causeway@127.0.0.1:${closedPort}/causeway`;
      const error = expect.stringMatching(
        `^PostgreSQL does not answer: the database 'causeway' at 127.0.0.1:${closedPort} .*ECONNREFUSED.*\nCheck .*DATABASE_URL`,
      );
      for (const command of ['migrate', 'lanes', 'jobs', 'search']) {
        expect(await causeway([command], { DATABASE_URL })).toEqual({ code: 1, out: '', error });
      }
    },
  );
});

describe('replay', () => {
  const plain = createHistoryCodec({ keys: [], encrypts: false });
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-replay-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('says that nothing is different', async () => {
    expect(await causeway(['replay', acted])).toEqual({
      code: 0,
      out: expect.stringMatching(/^replayed: \d+ events, no difference$/),
      error: '',
    });
  });

  it('says what is different', async () => {
    const other = join(folder, 'other.json');
    await writeFile(other, (await readFile(acted, 'utf8')).replace('"name": "enrich"', '"name": "ask-the-stars"'));
    const { code, error } = await causeway(['replay', other]);
    expect(code).toBe(1);
    expect(error).toMatch(
      /^NOT THE SAME: today's workflow code does something else than 'evt:\w+:0' did\n.*ask-the-stars/,
    );
  });

  it('says that Temporal does not answer, that it knows no such workflow, or that a file is none', async () => {
    const [closedPort] = await freePorts(1);
    const TEMPORAL_ADDRESS = `127.0.0.1:${closedPort}`;
    expect(await causeway(['replay', 'evt:none:0'], { TEMPORAL_ADDRESS })).toMatchObject({
      code: 1,
      error: expect.stringMatching(`^Temporal at ${TEMPORAL_ADDRESS} does not answer .*; set TEMPORAL_ADDRESS$`),
    });
    expect(await causeway(['replay', 'evt:none:0'])).toMatchObject({
      code: 1,
      error: expect.stringContaining("Temporal knows no workflow 'evt:none:0'"),
    });
    const noHistory = join(import.meta.dirname, '..', 'package.json');
    expect(await inProcess(['replay', noHistory])).toMatchObject({
      code: 1,
      said: expect.stringContaining("holds no workflow's history"),
    });
  });

  it('records nothing about the machine, and sees whether the execution has ended', async () => {
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    onTestFinished(() => connection.close());
    const client = new Client({ connection, identity: `${process.pid}@${hostname()}-the-machine` });
    const workflowId = `evt:recorded:${randomUUID()}`;
    const handle = await client.workflow.start('gtmEvent', { workflowId, taskQueue: `nobody-${randomUUID()}` });
    const running = await fetchHistory(client, workflowId, plain);
    await handle.terminate();
    const ended = await fetchHistory(client, workflowId, plain);
    expect([running, ended]).toMatchObject([
      { workflowId, workflowType: 'gtmEvent', events: 2, finished: false },
      { workflowId, workflowType: 'gtmEvent', events: 3, finished: true },
    ]);
    expect(ended?.text.match(/"identity": .*/g)).toEqual(['"identity": "worker",', '"identity": "worker"']);
    expect(ended?.text).not.toContain('the-machine');
  });

  it('keeps a finished history where the tests find it, once, and refuses one that still runs', async () => {
    const text = await readFile(acted, 'utf8');
    const running = text.replace('_EXECUTION_COMPLETED', '_EXECUTION_PAUSED');
    const served = async (id: string) => readHistory(id === 'evt:running:0' ? running : text);
    const record = (...args: string[]) =>
      inProcess(['replay', '--record', ...args], { fetchHistory: served, fixtureFolder: folder });
    expect(await record('evt:running:0')).toEqual({
      code: 1,
      said: "'evt:running:0' is still running; record it when it has finished",
    });
    const recorded = expect.stringMatching(/^recorded: \d+ events in .*evt-done-0\.json$/);
    expect(await record('evt:done:0')).toEqual({ code: 0, said: recorded });
    expect(await record('evt:done:0')).toEqual({
      code: 1,
      said: expect.stringMatching(/evt-done-0\.json exists; choose another --name, or remove it first$/),
    });
    expect(await record('evt:done:0', '--name', 'done-again')).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'done-again.json'), 'utf8')).toBe(text);
  });
});
