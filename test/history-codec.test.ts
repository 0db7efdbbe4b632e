import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { childEnvironment } from '../src/config/environment.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { createHistoryCodec } from '../src/privacy/payload-codec.ts';
import { fetchHistory, readEncryptedHistory } from '../src/temporal/recorded-history.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { pathOf } from './history-path.ts';
import { contestedDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { postSigned } from './post-signed.ts';
import { startProgram } from './program.ts';
import { paths } from './replay/paths.ts';

/** Protects histories: with the codec on nothing of ours is readable in Temporal, and no change of keys stops what runs. */

const keyNamed = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [first, second] = [keyNamed('first'), keyNamed('second')];
const on = (...keys: string[]) => ({ HISTORY_CODEC: 'on', HISTORY_KEYS: keys.join(' ') });
const off = (...keys: string[]) => ({ HISTORY_CODEC: 'off', HISTORY_KEYS: keys.join(' ') });

async function changed(causeway: Causeway, deal = contestedDeal(), url = causeway.url): Promise<string> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), deal);
  return postSigned(url, causeway.configuration, dealChange(dealId));
}

/** An event's history as the server has it, in JSON. */
async function rawHistory({ client, read }: Causeway, id: string): Promise<string> {
  const { workflow } = await read(id);
  return historyToJSON(await client.workflow.getHandle(workflow.id).fetchHistory());
}

const payload = z.object({ metadata: z.looseObject({ encoding: z.base64() }), data: z.base64().optional() });

/** Every payload below a value but those that Temporal has to read: search attributes, and what it notes of a local step. */
function payloadsIn(value: unknown, within = ''): z.infer<typeof payload>[] {
  const parsed = payload.safeParse(value);
  if (parsed.success) return [parsed.data];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === 'searchAttributes' || (within === 'details' && name === 'data') ? [] : payloadsIn(each, name),
  );
}

const textOf = (base64 = ''): string => Buffer.from(base64, 'base64').toString('latin1');
const encodingsIn = (history: string) =>
  new Set(payloadsIn(JSON.parse(history)).map(({ metadata }) => textOf(metadata.encoding)));
/** The ids of the keys by which a history is encrypted; empty for what is not. */
const keysIn = (history: string) =>
  payloadsIn(JSON.parse(history)).map(({ metadata }) =>
    textOf(z.base64().optional().parse(metadata['encryption-key-id'])),
  );

/** `npm run replay` in a process of its own. */
async function replay(causeway: Causeway, environment: Record<string, string>, workflowId: string): Promise<string> {
  const program = join(import.meta.dirname, '..', 'src', 'main', 'cli.ts');
  const env = childEnvironment({ TEMPORAL_ADDRESS: causeway.configuration.TEMPORAL_ADDRESS, ...environment });
  return promisify(execFile)(process.execPath, [program, 'replay', workflowId], { env }).then(
    ({ stdout }) => stdout,
    (error: unknown) => String(error),
  );
}

describe('with the codec on', () => {
  let causeway: Causeway;
  let acted: string;
  let refused: string;
  const workflowOf = async (id: string) => (await causeway.read(id)).workflow.id;

  beforeAll(async () => {
    causeway = await startCauseway({ environment: on(first) });
    acted = await changed(causeway, stalledDeal());
    await causeway.finished(acted);
    await causeway.sandbox.fault({ connector: 'gmail', fault: 'status', status: 400 });
    refused = await changed(causeway, stalledDeal());
    await causeway.finished(refused);
  }, 120_000);
  afterAll(() => causeway.close());

  it('every payload of a history is encrypted: no id, verdict, summary or message can be read', async () => {
    for (const id of [acted, refused]) {
      const history = await rawHistory(causeway, id);
      expect(encodingsIn(history)).toEqual(new Set(['binary/causeway-sealed']));
      const bytes = Array.from(history.matchAll(/"data": "(.*)"/g), ([, data]) => textOf(data)).join('\n');
      for (const told of [id, 'look up the deal', 'stalled-deal-reactivation']) {
        expect(`${history}\n${bytes}`).not.toContain(told);
      }
    }
    const { failure } = await causeway.read(refused);
    const history = await rawHistory(causeway, refused);
    expect(history).toContain('"type": "GmailRejected"');
    expect(history).toContain('"message": "Encoded failure"');
    expect(failure?.message).toMatch(/\w/);
    expect(history).not.toContain(failure?.message);
    expect(history.match(/"stackTrace": "[^"].*/g) ?? []).toEqual([]);
  });

  it('the way back is open: results, failures and summaries are read by a client that has the key', async () => {
    const handleOf = async (id: string) => causeway.client.workflow.getHandle(await workflowOf(id));
    expect(await (await handleOf(acted)).result()).toEqual({ outcome: 'acted' });
    const { failure } = await causeway.read(refused);
    await expect((await handleOf(refused)).result()).rejects.toMatchObject({ cause: { message: failure?.message } });
    expect(await (await (await handleOf(acted)).describe()).staticSummary()).toBe('deal.propertyChange from hubspot');
  });

  it('a recorded history is readable without keys, and shows neither where it ran nor that it was encrypted', async () => {
    const recorded = await fetchHistory(causeway.client, await workflowOf(acted), causeway.codec);
    const failed = await fetchHistory(causeway.client, await workflowOf(refused), causeway.codec);
    expect(pathOf(recorded?.text ?? '')).toBe(paths.acted);
    expect(pathOf(failed?.text ?? '')).toBe(paths['effect-refused']);
    for (const text of [recorded?.text, failed?.text]) {
      expect(text).not.toMatch(/Encoded failure|encodedAttributes|"stackTrace": "[^"]/);
      expect(encodingsIn(text ?? '')).toEqual(new Set(['json/plain']));
    }
  });

  it('a file that another tool wrote of an encrypted history is read as well', async () => {
    const history = await readEncryptedHistory(await rawHistory(causeway, acted), causeway.codec);
    expect(history).toMatchObject({ workflowId: await workflowOf(acted), finished: true });
    expect(pathOf(history?.text ?? '')).toBe(paths.acted);
    expect(encodingsIn(history?.text ?? '')).toEqual(new Set(['json/plain']));
  });

  it('without its key a history is not recorded, and which key is missing is said', async () => {
    const other = createHistoryCodec({ keys: [], encrypts: false });
    await expect(fetchHistory(causeway.client, await workflowOf(acted), other)).rejects.toThrow(
      /does not open with the key 'first' of HISTORY_KEYS/,
    );
  });

  it('npm run replay decrypts with any of its keys, the codec on or off, and says when none fits', async () => {
    const workflowId = await workflowOf(acted);
    for (const environment of [on(second, first), off(first)]) {
      expect(await replay(causeway, environment, workflowId)).toMatch(/no difference/);
    }
    for (const environment of [on(second), off()]) {
      expect(await replay(causeway, environment, workflowId)).toContain("the key 'first' of HISTORY_KEYS");
    }
  });
});

async function causewayWith(environment: Record<string, string>): Promise<Causeway> {
  const causeway = await startCauseway({ environment, worker: false });
  onTestFinished(() => causeway.close());
  return causeway;
}
const saysWhichKey = ({ lines }: { lines: readonly string[] }) =>
  eventually('the log says it', async () => lines.some((line) => line.includes('"history_key":"first"')) || undefined);
async function workerOf(causeway: Causeway, environment: Record<string, string>) {
  const worker = await startProgram('worker', causeway.configuration, environment);
  onTestFinished(async () => void (await worker.stop()));
  return worker;
}

/** An event whose deal is being looked up when its worker dies. */
async function interrupted(environment: Record<string, string>): Promise<{ causeway: Causeway; id: string }> {
  const causeway = await causewayWith(environment);
  const { sandbox } = causeway;
  await sandbox.fault({ connector: 'hubspot', operation: 'deals.read', fault: 'timeout' });
  const id = await changed(causeway);
  const worker = await startProgram('worker', causeway.configuration);
  await eventually(
    'the deal is being looked up',
    async () => (await sandbox.calls('hubspot', 'deals.read')) > 0 || undefined,
  );
  await worker.kill();
  return { causeway, id };
}

describe('workflows that are under way', { timeout: 120_000 }, () => {
  it.each([
    { name: 'switched on', before: off(), after: on(first), keys: ['', 'first'] },
    { name: 'switched off', before: on(first), after: off(first), keys: ['first', ''] },
    { name: 'given another key', before: on(first), after: on(second, first), keys: ['first', 'second'] },
  ])('go on when the codec is $name', async ({ before, after, keys }) => {
    const { causeway, id } = await interrupted(before);
    await workerOf(causeway, after);
    expect(await causeway.finished(id, 60_000)).toMatchObject({ outcome: 'acted' });
    expect(await causeway.sandbox.effects()).toHaveLength(1);
    expect([...new Set(keysIn(await rawHistory(causeway, id)))]).toEqual(keys);
  });

  it('wait when their key is lost, and go on when it is back', async () => {
    const { causeway, id } = await interrupted(on(first));
    const lost = await workerOf(causeway, on(second));
    await saysWhichKey(lost);
    const handle = causeway.client.workflow.getHandle((await causeway.read(id)).workflow.id);
    await eventually('the look-up is refused, and tried again', async () => {
      const [pending] = (await handle.describe()).raw.pendingActivities ?? [];
      return pending?.lastFailure?.applicationFailureInfo?.type === 'HistoryUnreadable' || undefined;
    });
    await lost.kill();
    expect(await causeway.read(id)).toMatchObject({ state: 'running', actions: [] });
    await workerOf(causeway, on(second, first));
    expect(await causeway.finished(id, 60_000)).toMatchObject({ outcome: 'acted' });
    expect(await causeway.sandbox.effects()).toHaveLength(1);
  });

  it('a worker that lost a key says so, does nothing for what it cannot read, and carries everything else out', async () => {
    const causeway = await causewayWith(on(first));
    const unreadable = await changed(causeway);
    const [port] = await freePorts(1);
    const all = await startProgram('all', causeway.configuration, { ...on(second), PORT: String(port) });
    onTestFinished(async () => void (await all.stop()));
    const readable = await changed(causeway, contestedDeal(), `http://127.0.0.1:${port}`);
    expect(await causeway.finished(readable, 60_000)).toMatchObject({ outcome: 'acted' });
    expect(new Set(keysIn(await rawHistory(causeway, readable)))).toEqual(new Set(['second']));
    await saysWhichKey(all);
    expect(await causeway.finished(unreadable, 60_000)).toMatchObject({ failure: { class: 'Terminated' } });
    expect(await causeway.sandbox.effects()).toHaveLength(1);
  });
});
