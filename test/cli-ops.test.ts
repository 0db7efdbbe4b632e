import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { failuresCommand } from '../src/cli/failures.ts';
import { lanesCommand } from '../src/cli/lanes.ts';
import { redriveCommand } from '../src/cli/redrive.ts';
import { rulesCommand } from '../src/cli/rules.ts';
import { runCli } from '../src/cli/run-cli.ts';
import { settleCommand } from '../src/cli/settle.ts';
import { whyCommand } from '../src/cli/why.ts';
import { childEnvironment } from '../src/config/environment.ts';
import { receipt } from '../src/domain/received.ts';
import { ruleCases } from '../src/main/cli/rule-cases.ts';
import { startCauseway, type Causeway } from './causeway.ts';
import { insertKey, newLane, wholeRow } from './event-rows.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { insertFailed } from './ops.ts';
import { ids } from './parsed-event.ts';

// What operators do where there is no HTTP: the same operations, in the form of tables and exit codes.

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway();
  await insertKey(causeway.queries);
});
afterAll(() => causeway.close());

/** Runs the real command line in a process of its own, over the database and the task queue of this test. */
const cli = (...args: string[]) => cliOver(causeway, ...args);

function cliOver(
  { configuration }: Causeway,
  ...args: string[]
): Promise<{ code: number; out: string; error: string }> {
  const { DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_TASK_QUEUE, HASH_KEY } = configuration;
  const env = childEnvironment({ DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_TASK_QUEUE, HASH_KEY });
  const program = join(import.meta.dirname, '..', 'src', 'main', 'cli.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, timeout: 100_000 }, (error, out, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, out: out.trim(), error: stderr.trim() }),
    );
  });
}

/** Each process takes its seconds to start on a busy machine. */
const processes = { timeout: 240_000 };

/** An event whose message Slack refused. */
async function failedEvent(): Promise<string> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), contestedDeal());
  await causeway.sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400 });
  const [id = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
  expect(await causeway.finished(id)).toMatchObject({ state: 'failed' });
  return id;
}

describe('failures and redrive', processes, () => {
  it('list a failed event by its class, run it again once, and list it no more', async () => {
    const id = await failedEvent();
    const listed = await cli('failures');
    expect(listed).toMatchObject({ code: 0, error: '' });
    expect(listed.out).toMatch(new RegExp(`^class .*\n.*\nSlackRejected +1 .*${id}`));
    expect((await cli('failures', '--class', 'SlackRejected')).out).toMatch(
      new RegExp(`^event .*\n.*\n${id} .*deal.propertyChange from hubspot +1 +1 `),
    );

    const before = await wholeRow(causeway.queries, id);
    const forecast = await cli('redrive', 'SlackRejected', '--dry-run');
    expect(forecast).toMatchObject({ code: 0, out: expect.stringMatching(`${id} +would run`) });
    expect(await wholeRow(causeway.queries, id)).toBe(before);

    expect(await cli('redrive', id)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^1 run again, 0 skipped \(redrive [0-9a-f-]{36}\)$/),
    });
    expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
    expect((await causeway.sandbox.effects()).filter(({ key }) => key.includes(id))).toHaveLength(1);
    expect(await cli('redrive', id)).toMatchObject({ code: 1, out: expect.stringMatching(`${id} +not_failed`) });
    for (const words of [['SlackReject'], ['SlackReject', '--dry-run']])
      expect(await cli('redrive', ...words)).toMatchObject({
        code: 1,
        out: expect.stringContaining('the classes there are'),
      });
    expect(await cli('failures', '--class', 'SlackRejected')).toMatchObject({
      code: 0,
      out: 'no event has failed as SlackRejected',
    });
  });

  it('take a whole class in one command, as JSON if need be', async () => {
    const failed = await insertFailed(causeway.queries, 3, { failureClass: 'OfTheCli', lane: newLane() });
    const json = z.object({ classes: z.array(z.object({ class: z.string(), count: z.number() })) });
    const { classes } = json.parse(JSON.parse((await cli('failures', '--json')).out));
    expect(classes).toContainEqual({ class: 'OfTheCli', count: 3 });
    expect((await cli('redrive', 'OfTheCli')).out).toMatch(/^3 run again, 0 skipped/);
    const { rows } = await causeway.queries.execute<{ who: string }>(
      sql`select a.who from audit_log a join redrive_items i on i.redrive_id::text = a.on_what where i.event_id = ${failed[0]}`,
    );
    expect(rows).toEqual([{ who: 'operator (cli)' }]);
  });
});

describe('why', processes, () => {
  it('explains an event: decision, conditions, effects; or says that there is none', async () => {
    const id = await failedEvent();
    const { code, out } = await cli('why', id);
    expect(code).toBe(0);
    expect(out).toMatch(/^deal.propertyChange from hubspot: failed, failed\n/);
    expect(out).toContain('failed as SlackRejected: ');
    expect(out).toContain('decided by rules, rule competitive-threat: ');
    expect(out).toMatch(/competitive-threat +deal\.stage == 'negotiation' +true/);
    expect(out).toMatch(new RegExp(`notify_ae +\\S+ +refused +1 +${id}:notify_ae`));
    const shown: unknown = JSON.parse((await cli('why', id, '--json')).out);
    expect(shown).toEqual(await causeway.read(id));
    const nobody = randomUUID();
    expect(await cli('why', nobody)).toEqual({ code: 1, out: '', error: expect.stringContaining(nobody) });
  });
});

describe('why an event has no workflow', processes, () => {
  let batching: Causeway;
  beforeAll(async () => {
    batching = await startCauseway({
      worker: false,
      settings: 'modes: [{types: [deal.*], mode: rules, batch: true}]',
    });
  });
  afterAll(() => batching.close());

  /** Over the same database as its API, where `workflow` is null then. */
  async function explained(id: string) {
    const { url, configuration } = batching;
    const response = await fetch(`${url}/api/v1/events/${id}`, {
      headers: { authorization: `Bearer ${configuration.OPERATOR_API_KEY}` },
      signal: AbortSignal.timeout(5_000),
    });
    const { workflow } = z.looseObject({ workflow: z.unknown() }).parse(await response.json());
    return { workflow, ...(await cliOver(batching, 'why', id)) };
  }

  it('is said in words: it was dropped at the door for want of consent', async () => {
    const lead = { idempotency_key: randomUUID(), source: 'website', email: 'ada@example.com', consent: false };
    const response = await fetch(`${batching.url}/ingest`, {
      method: 'POST',
      headers: { 'x-api-key': 'dev-ingest-key' },
      body: JSON.stringify(lead),
      signal: AbortSignal.timeout(5_000),
    });
    const [id = ''] = ids(receipt.parse(await response.json()).events);
    const { workflow, out } = await explained(id);
    expect(workflow).toBeNull();
    expect(out).toContain('there was no consent, so it was dropped at the door');
    expect(out).not.toContain('http');
  });

  it('is said in words: it waits for a batch', async () => {
    const [id = ''] = ids((await batching.post([dealChange(newId())])).body.events);
    const { workflow, out } = await explained(id);
    expect(workflow).toBeNull();
    expect(out).toContain('it waits for a batch');
    expect(out).not.toContain('http');
  });
});

describe('settle', processes, () => {
  it('settles an unknown effect, names the next command, and refuses what is settled', async () => {
    const id = await failedEvent();
    const key = `${id}:notify_ae`;
    await causeway.queries.execute(sql`update effects set state = 'unknown' where key = ${key}`);
    expect(await cli('settle', key, 'done')).toMatchObject({
      code: 0,
      out: `${key} is confirmed\nnow run its event again: npm run causeway -- redrive ${id}`,
    });
    expect(await cli('settle', key, 'not-done')).toMatchObject({
      code: 1,
      error: expect.stringContaining('is confirmed'),
    });
    expect(await cli('settle', 'no-such-key', 'done')).toMatchObject({
      code: 1,
      error: "no effect has the key 'no-such-key'",
    });
  });
});

describe('lanes', processes, () => {
  it('lists what is open, and says so when nothing is', async () => {
    expect(await cli('lanes')).toMatchObject({ code: 0 });
    await causeway.stopWorker();
    onTestFinished(() => causeway.startWorker());
    const [head = ''] = ids((await causeway.post([dealChange(newId())])).body.events);
    expect((await cli('lanes')).out).toMatch(
      new RegExp(`^lane .*\n.*\n(.*\n)*\\w{32} +${head} +accepted +[\\d.]+ s +0`),
    );
  });
});

describe('rules', processes, () => {
  it('test passes for the shipped rules, and fails with what was expected and what was decided', async () => {
    const shipped = join(import.meta.dirname, '..', 'rules');
    expect(await cli('rules', 'test')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/\n(\d+) of \1 cases as expected$/),
      error: '',
    });
    const folder = await mkdtemp(join(tmpdir(), 'causeway-rules-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await cp(shipped, folder, { recursive: true });
    const rule = join(folder, 'competitive-threat.yaml');
    await writeFile(rule, (await readFile(rule, 'utf8')).replace("deal.stage == 'negotiation'", "deal.stage == 'won'"));
    const failed = await cli('rules', 'test', folder);
    expect(failed).toMatchObject({ code: 1, out: expect.stringContaining('FAILED') });
    expect(failed.error).toMatch(/competitive-threat: one competitor in negotiation\n +expected .*\n +decided /);
  });

  it('list shows them in the order in which they are asked', async () => {
    expect((await cli('rules', 'list')).out).toMatch(
      /stalled-deal-reactivation(.|\n)*competitive-threat(.|\n)*\nhash [0-9a-f]{64}$/,
    );
  });
});

const unasked = () => Promise.reject(new Error('nothing may be asked'));
const commands = [
  failuresCommand(unasked),
  redriveCommand(unasked),
  whyCommand(unasked),
  lanesCommand(unasked),
  settleCommand(unasked),
  rulesCommand(ruleCases),
];

describe('a command that is called wrongly', () => {
  it.each([
    [['failures', 'x'], "Unexpected argument 'x'"],
    [['lanes', '--jsno'], "Unknown option '--jsno'"],
    [['redrive'], 'name one event id, or one failure class'],
    [['redrive', 'a', 'b'], 'name one event id, or one failure class'],
    [['why'], 'name one event id'],
    [['settle', 'key'], 'name one effect key, then done or not-done'],
    [['settle', 'key', 'perhaps'], 'name one effect key, then done or not-done'],
    [['rules'], 'say test or list'],
  ])('%j is exit code 2, with what is wrong and how it is used, and asks nothing', async (args, problem) => {
    const said: string[] = [];
    const write = (line: string) => void said.push(line);
    expect(await runCli(commands, args, { out: write, error: write })).toBe(2);
    expect(said.join('\n')).toContain(problem);
    expect(said.join('\n')).toContain('Usage: npm run');
  });
});
