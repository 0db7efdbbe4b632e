import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runSandbox, runServer, type RunningSandbox } from '../../../test/running-sandbox.ts';
import type { VendorErrorKind } from '../../domain/failure.ts';
import { createSlack } from './index.ts';

// Protects that a message reaches the person it is meant for, can be found again by its key, and that Slack's refusals,
// which it sends with status 200, are known by their kind.

const call = { timeoutMs: 5_000 };
const token = 'xoxb-secret-0815';
const message = { text: 'Hello', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Hello' } }] };
let sandbox: RunningSandbox;

beforeAll(async () => {
  sandbox = await runSandbox();
});
beforeEach(() => sandbox.forget());
afterAll(() => sandbox.close());

function slack(apiUrl = sandbox.slackUrl) {
  return createSlack({ token, apiUrl });
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('a person is found by e-mail as the channel in which to write to them', async () => {
  await sandbox.put('owners', '77', { email: 'olga@example.com' });
  await expect(slack().findPerson('olga@example.com', call)).resolves.toMatch(/^D/);
});

test('an address that the workspace does not know is nobody, not an error', async () => {
  await expect(slack().findPerson('stranger@example.com', call)).resolves.toBeNull();
});

test.each(['#revenue', 'C0REVENUE1'])('a message to %s carries the key and is found by it', async (channel) => {
  const sinceMs = Date.now();
  const receipt = await slack().post(channel, message, { ...call, key: 'event:notify_ae' });
  await expect(sandbox.effects()).resolves.toMatchObject([
    {
      key: 'event:notify_ae',
      target: channel,
      body: { metadata: { event_type: 'causeway_effect' }, blocks: message.blocks },
    },
  ]);
  await expect(slack().findPost(channel, 'event:notify_ae', sinceMs, call)).resolves.toEqual(receipt);
  await expect(slack().findPost(channel, 'another', sinceMs, call)).resolves.toBeNull();
});

test('a message is found behind more than a page of later ones', async () => {
  const sinceMs = Date.now();
  const chat = slack();
  const receipt = await chat.post('C0BUSY0001', message, { ...call, key: 'first' });
  for (let later = 0; later < 205; later += 1) {
    await chat.post('C0BUSY0001', message, { ...call, key: `later-${later}` });
  }
  await expect(chat.findPost('C0BUSY0001', 'first', sinceMs, call)).resolves.toEqual(receipt);
  expect(await sandbox.calls('slack', 'conversations.history')).toBe(2);
});

test('a search for a message in a channel whose name nobody knows is refused, not answered with "not there"', async () => {
  await expect(slack().findPost('#no-such-channel', 'key', Date.now(), call)).rejects.toMatchObject({
    kind: 'Rejected',
  });
});

test.each<[number, VendorErrorKind, string]>([
  [400, 'Rejected', 'status 400'],
  [401, 'Unauthorized', 'status 401'],
  [429, 'RateLimited', 'status 429'],
  [500, 'Unavailable', 'status 500'],
  [503, 'Unavailable', 'status 503'],
])('status %i is %s, is asked for once, and its message holds neither token nor body', async (status, kind, detail) => {
  await sandbox.fault({ connector: 'slack', fault: 'status', status });
  const error = await failureOf(slack().post('#revenue', message, { ...call, key: 'key' }));
  expect(error).toMatchObject({ provider: 'Slack', kind });
  expect(error).toHaveProperty('message', `Slack post: ${kind} (${detail})`);
  expect(error).toHaveProperty('retryAfterMs', status === 429 ? 1_000 : undefined);
  expect(error).not.toHaveProperty('cause');
  expect(await sandbox.calls('slack', 'chat.postMessage')).toBe(1);
});

test.each<[string, VendorErrorKind]>([
  ['channel_not_found', 'Rejected'],
  ['is_archived', 'Rejected'],
  ['invalid_blocks', 'Rejected'],
  ['ratelimited', 'RateLimited'],
  ['rate_limited', 'RateLimited'],
  ['invalid_auth', 'Unauthorized'],
  ['token_revoked', 'Unauthorized'],
  ['account_inactive', 'Unauthorized'],
  ['internal_error', 'Unavailable'],
  ['<html>olga@example.com</html>', 'Malformed'],
])('ok: false with %s is %s', async (code, kind) => {
  const server = await runServer((_request, response) => response.end(JSON.stringify({ ok: false, error: code })));
  const error = await failureOf(slack(server.url).post('#revenue', message, { ...call, key: 'key' }));
  await server.close();
  expect(error).toMatchObject({ kind });
  expect(error).toHaveProperty('message', `Slack post: ${kind} (${kind === 'Malformed' ? 'status 200' : code})`);
});

test('all requests of one call share its time', async () => {
  await sandbox.put('owners', '77', { email: 'olga@example.com' });
  await sandbox.fault({ connector: 'slack', fault: 'slow', delayMs: 350, times: 2 });
  await expect(slack().findPerson('olga@example.com', { timeoutMs: 500 })).rejects.toMatchObject({ kind: 'Timeout' });
});
