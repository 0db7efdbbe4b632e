import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { childEnvironment, parseEnvironment } from '../src/config/environment.ts';
import { createStarter } from '../src/intake/starter.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { startCauseway } from './causeway.ts';
import { sendLead, somebody, textsOf } from './erasing.ts';
import { eventually } from './eventually.ts';
import { writeRules } from './failing-rules.ts';
import { dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { postSigned } from './post-signed.ts';
import { launchProgram, startProgram } from './program.ts';
import { createRedrive } from './redrive-one.ts';
import { openSession } from './session.ts';

// What the real processes write: the story of an event by its id, in lines that machines can read, the SDK's own among them.

const line = z.looseObject({
  level: z.enum(['debug', 'info', 'warn', 'error', 'fatal']),
  time: z.iso.datetime(),
  process: z.enum(['api', 'worker']),
  msg: z.string().min(1),
});

test('the processes write nothing but JSON, and one line for each step of an event', async () => {
  const causeway = await startCauseway({ worker: false });
  onTestFinished(() => causeway.close());
  const { configuration, sandbox } = causeway;
  const [port] = await freePorts(1);
  const [api, worker] = await Promise.all([
    startProgram('api', configuration, { PORT: String(port) }),
    startProgram('worker', configuration),
  ]);
  const session = await openSession(configuration.DATABASE_URL);
  onTestFinished(() => session.close());

  const dealId = newId();
  await sandbox.put('deals', String(dealId), stalledDeal());
  const event = dealChange(dealId);
  const id = await postSigned(`http://127.0.0.1:${port}`, configuration, event, { 'x-correlation-id': 'story-1' });
  expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });

  // A first step that has to wait makes both parts of the SDK speak: the one that runs activities, and the native one.
  await session.query('begin');
  await session.query('lock table events in access exclusive mode');
  await causeway.client.workflow.start('gtmEvent', {
    workflowId: `evt:held:${id}`,
    taskQueue: configuration.TEMPORAL_TASK_QUEUE,
    args: [{ eventId: id, generation: 0, lane: 'none' }],
  });
  await eventually('the native part of the SDK warns', async () =>
    worker.lines.some((text) => text.includes('Workflow task duration exceeded')) ? true : undefined,
  );
  await session.query('rollback');
  await Promise.all([api.stop(), worker.stop()]);

  const lines = [...api.lines, ...worker.lines].map((text) => line.parse(JSON.parse(text)));
  const story = lines.filter((each) => each['event_id'] === id);
  expect(story.map(({ process, msg }) => `${process}: ${msg}`)).toEqual([
    'api: event received',
    'worker: event running',
    'worker: event enriched',
    'worker: event decided',
    'worker: effect confirmed',
    'worker: event finished',
  ]);
  const labels = { level: 'info', event_id: id, tenant_id: 'default', correlation_id: 'story-1' };
  expect(story).toEqual(story.map(() => expect.objectContaining(labels)));
  expect(lines.filter(({ msg }) => msg === 'Activity failed')).not.toEqual([]);
});

test('of an event that fails and is run again each attempt is told, the failure as a warning, and what is not done again', async () => {
  const rules = await writeRules();
  onTestFinished(() => rules.remove());
  const lines: string[] = [];
  const causeway = await startCauseway({
    environment: { LOG_LEVEL: 'info', RULES_PATH: rules.path },
    logTo: { write: (text) => void lines.push(text) },
  });
  onTestFinished(() => causeway.close());
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), { ...stalledDeal(), dealstage: 'both' });
  await causeway.sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400 });
  const { body } = await causeway.post([dealChange(dealId)], { 'x-correlation-id': 'story-2' });
  const id = body.events[0]?.id ?? '';
  /** What is told of the event up to the end of that many runs. */
  const toldOf = (runs: number) =>
    eventually(`the end of run ${runs} is told`, async () => {
      const story = lines.map((text) => line.omit({ process: true }).parse(JSON.parse(text)));
      const told = story.filter((each) => each['event_id'] === id);
      return told.filter(({ msg }) => msg === 'event finished').length === runs ? told : undefined;
    });
  expect(await causeway.finished(id)).toMatchObject({ state: 'failed' });
  await toldOf(1);
  await createRedrive({ queries: causeway.queries, starter: createStarter(causeway) })(id);
  expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });

  const told = await toldOf(2);
  expect(told.map(({ level, msg }) => `${level}: ${msg}`)).toEqual([
    'info: event received',
    'info: event running',
    'info: event enriched',
    'info: event decided',
    'info: effect confirmed',
    'warn: effect not confirmed',
    'warn: event finished',
    'info: event running',
    // What was decided holds, so that nothing has to be known for it.
    'info: effect skipped: it was confirmed before',
    'info: effect confirmed',
    'info: event finished',
  ]);
  const labels = { event_id: id, tenant_id: 'default', correlation_id: 'story-2' };
  expect(told).toEqual(told.map(() => expect.objectContaining(labels)));
  expect(told[5]).toMatchObject({ attempts: 1, failure_class: 'SlackRejected', effect: expect.stringContaining(id) });
  expect(told[6]).toMatchObject({ outcome: 'failed', failure_class: 'SlackRejected' });
});

test('of a lead each step is told, by its ids and without a word of what it says', async () => {
  const lines: string[] = [];
  const causeway = await startCauseway({
    environment: { LOG_LEVEL: 'info' },
    logTo: { write: (text) => void lines.push(text) },
  });
  onTestFinished(() => causeway.close());
  const lead = somebody();
  const id = await sendLead(causeway, lead);
  await causeway.finished(id);
  const told = await eventually('the end is told', async () => {
    const story = lines.map((text) => line.omit({ process: true }).parse(JSON.parse(text)));
    const own = story.filter((each) => each['event_id'] === id);
    return own.some(({ msg }) => msg === 'event finished') ? own : undefined;
  });
  expect(told.map(({ msg }) => msg)).toEqual([
    'event received',
    'event running',
    'lead captured',
    'event decided',
    'effect confirmed',
    'effect confirmed',
    'effect confirmed',
    'event finished',
  ]);
  const labels = { event_id: id, tenant_id: 'default', correlation_id: expect.stringMatching(/^[\w-]{36}$/) };
  expect(told).toEqual(told.map(() => expect.objectContaining(labels)));
  expect(textsOf(lead).filter((text) => lines.join('').includes(text))).toEqual([]);
});

test('a worker whose Temporal server does not answer says so while it waits, and what to set', async () => {
  const [closedPort] = await freePorts(1);
  const address = `127.0.0.1:${closedPort}`;
  const worker = launchProgram('worker', parseEnvironment({ NODE_ENV: 'test', TEMPORAL_ADDRESS: address }));
  onTestFinished(() => worker.kill());
  const said = await worker.says('Temporal does not answer');
  expect(line.parse(JSON.parse(said))).toMatchObject({
    level: 'warn',
    process: 'worker',
    address,
    msg: expect.stringContaining('TEMPORAL_ADDRESS'),
  });
});

/** Of util-linux; the one of BSD and macOS has other options. */
const terminalProgram = 'script';
const hasTerminal = spawnSync(terminalProgram, ['--version']).output?.join('').includes('util-linux') ?? false;

test.skipIf(!hasTerminal)('on a terminal the lines are for people', async () => {
  const [closedPort] = await freePorts(1);
  const program = fileURLToPath(new URL('../src/main/api.ts', import.meta.url));
  const DATABASE_URL = `postgres://causeway:causeway@127.0.0.1:${closedPort}/causeway`;
  // Without a database it says why it cannot start, and ends.
  const start = (command: string, args: string[]) =>
    new Promise<string>((resolve) => {
      const options = { env: childEnvironment({ NODE_ENV: 'test', DATABASE_URL }), timeout: 30_000 };
      execFile(command, args, options, (_error, stdout) => resolve(stdout.trim()));
    });
  const [terminal, pipe] = await Promise.all([
    start(terminalProgram, ['-qec', `'${process.execPath}' '${program}'`, '/dev/null']),
    start(process.execPath, [program]),
  ]);
  expect(terminal).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\].*FATAL.*api ended with an error/);
  expect(JSON.parse(pipe)).toMatchObject({
    level: 'fatal',
    msg: 'api ended with an error',
    error: `connect ECONNREFUSED 127.0.0.1:${closedPort}`,
  });
});
