import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { childEnvironment } from '../src/config/environment.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { postSigned } from './post-signed.ts';
import { startProgram } from './program.ts';
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
