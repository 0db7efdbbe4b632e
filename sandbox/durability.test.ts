import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSandbox } from './server.ts';
import { createControl } from './test-sandbox.ts';

let folder: string;
let statePath: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  statePath = join(folder, 'state.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

/** The sandbox as a process; ready when it has said where it listens. */
async function spawnSandbox(...more: string[]) {
  const main = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [main, '--port', '0', '--state', statePath, ...more], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\S+$/.exec(line)?.[0];
    if (url) return { child, exited, ...createControl(url), url };
  }
  throw new Error('the sandbox ended before it listened');
}

function post(url: string, key: string) {
  return fetch(`${url}/slack/api/chat.postMessage`, {
    method: 'POST',
    headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    body: JSON.stringify({
      channel: '#revenue',
      text: 'Hello',
      metadata: { event_type: 'test', event_payload: { idempotency_key: key } },
    }),
    signal: AbortSignal.timeout(2000),
  });
}

test('objects, effects, counts and faults outlive kill -9', async () => {
  const first = await spawnSandbox();
  await first.put('deals/1', { dealname: 'Kept' }, { contacts: ['9'] });
  await first.fault({ connector: 'slack', fault: 'status', status: 503, times: 2 });
  expect((await post(first.url, 'refused')).status).toBe(503);
  await first.fault({ connector: 'gmail', fault: 'timeout' });
  expect((await post(first.url, 'refused')).status).toBe(503);
  expect((await post(first.url, 'kept')).status).toBe(200);
  first.child.kill('SIGKILL');
  await first.exited;
  await appendFile(statePath, '\n[{"kind":"effect","eff');

  const second = await spawnSandbox();
  expect(await second.effects()).toMatchObject([{ key: 'kept', connector: 'slack' }]);
  expect(await second.calls()).toEqual({ slack: { 'chat.postMessage': 3 } });
  expect(await (await second.ask('GET', '/_sandbox/faults')).json()).toMatchObject([{ connector: 'gmail' }]);
  const deal = await fetch(`${second.url}/hubspot/crm/v3/objects/deals/1?properties=dealname&associations=contacts`, {
    headers: { authorization: 'Bearer t' },
  });
  expect(await deal.json()).toMatchObject({
    properties: { dealname: 'Kept' },
    associations: { contacts: { results: [{ id: '9' }] } },
  });
  await post(second.url, 'after the half line');
  second.child.kill('SIGKILL');
  await second.exited;

  const third = await spawnSandbox();
  expect((await third.effects()).map(({ key }) => key)).toEqual(['kept', 'after the half line']);
  third.child.kill('SIGTERM');
  expect(await third.exited).toEqual([0, null]);
});

test('what was forgotten is not in the file either, and later effects are kept', async () => {
  const sandbox = await startSandbox({ port: 0, statePath });
  const control = createControl(sandbox.url);
  await control.put('contacts/1', { email: 'ada@example.com' });
  await control.forget();
  expect(await readFile(statePath, 'utf8')).not.toContain('ada@example.com');
  await post(sandbox.url, 'later');
  await sandbox.close();
  const again = await startSandbox({ port: 0, statePath });
  expect(await createControl(again.url).effects()).toMatchObject([{ key: 'later' }]);
  await again.close();
});

test('a sandbox that belongs to its parent ends when its stdin does', async () => {
  const { child, exited } = await spawnSandbox('--with-parent');
  child.stdin.end();
  expect(await exited).toEqual([0, null]);
});

test('closing does not wait for a call that a fault keeps waiting', async () => {
  const sandbox = await startSandbox({ port: 0, statePath });
  const control = createControl(sandbox.url);
  await control.fault({ connector: 'slack', fault: 'timeout' });
  const waiting = post(sandbox.url, 'never').catch(() => 'cut');
  await expect.poll(control.calls).toEqual({ slack: { 'chat.postMessage': 1 } });
  await sandbox.close();
  expect(await waiting).toBe('cut');
});

test('a taken port is said to be taken', async () => {
  const first = await startSandbox({ port: 0, statePath });
  const second = startSandbox({ port: first.port, statePath: join(folder, 'other.jsonl') });
  await expect(second).rejects.toThrow(`port ${first.port} of 127.0.0.1 is taken`);
  await first.close();
});

test('a file that is not a state is refused rather than overwritten', async () => {
  await appendFile(statePath, '{"name": "something else"}\n');
  await expect(startSandbox({ port: 0, statePath })).rejects.toThrow('was not written by this sandbox');
});

test('a body over one mebibyte is refused in the shape of the vendor', async () => {
  const sandbox = await startSandbox({ port: 0, statePath });
  const response = await post(sandbox.url, 'x'.repeat(1_048_576));
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ ok: false });
  await sandbox.close();
});
