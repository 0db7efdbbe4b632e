import { LogLevel, WebClient } from '@slack/web-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startTestSandbox } from './test-sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let slack: WebClient;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  slack = new WebClient('xoxb-token', {
    slackApiUrl: `${sandbox.url}/slack/api/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });
});
afterAll(() => sandbox.close());

const postedSchema = z.object({ channel: z.string(), ts: z.string() });

async function post(message: Record<string, unknown>) {
  return postedSchema.parse(await slack.apiCall('chat.postMessage', message));
}

function marked(key: string) {
  return { event_type: 'causeway_effect', event_payload: { idempotency_key: key } };
}

test('a post is one effect under its idempotency key and is found in the history by its metadata', async () => {
  const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'Hello' } }];
  const posted = await post({
    channel: '#revenue',
    text: 'Hello',
    blocks,
    metadata: marked('key-1'),
  });
  expect(posted.channel).toMatch(/^C/);
  expect(posted.ts).toMatch(/^\d{10}\.\d{6}$/);
  const effects = await sandbox.effects();
  expect(effects.filter(({ key }) => key === 'key-1')).toMatchObject([
    { connector: 'slack', operation: 'chat.postMessage', target: '#revenue', body: { text: 'Hello', blocks } },
  ]);
  const { messages } = await slack.conversations.history({ channel: posted.channel, include_all_metadata: true });
  expect(messages).toMatchObject([{ ts: posted.ts, text: 'Hello', metadata: marked('key-1') }]);
  const { channels } = await slack.conversations.list();
  expect(channels?.find(({ name }) => name === 'revenue')?.id).toBe(posted.channel);
});

test('metadata are shown only to those who ask for them', async () => {
  const { channel } = await post({ channel: 'C0QUIET00', text: 'Hello', metadata: marked('key-2') });
  const { messages } = await slack.conversations.history({ channel: channel });
  expect(messages?.map(({ metadata }) => metadata)).toEqual([undefined]);
});

test('a plain JSON body posts as a form does', async () => {
  const response = await fetch(`${sandbox.url}/slack/api/chat.postMessage`, {
    method: 'POST',
    headers: { authorization: 'Bearer t', 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: 'C0JSON000', text: 'Hello', metadata: marked('key-3') }),
  });
  expect(await response.json()).toMatchObject({ ok: true, channel: 'C0JSON000' });
  expect((await sandbox.effects()).some(({ key }) => key === 'key-3')).toBe(true);
});

test('history is read newest first, from a time on, page by page', async () => {
  const stamps: string[] = [];
  for (const text of ['one', 'two', 'three']) {
    stamps.push((await post({ channel: 'C0PAGES00', text })).ts);
  }
  const since = { channel: 'C0PAGES00', oldest: stamps[0] ?? '', limit: 1 };
  const first = await slack.conversations.history(since);
  expect(first.messages?.map(({ text }) => text)).toEqual(['three']);
  const second = await slack.conversations.history({ ...since, cursor: first.response_metadata?.next_cursor ?? '' });
  expect(second.messages?.map(({ text }) => text)).toEqual(['two']);
  expect(second.has_more).toBe(false);
});

test('history knows a channel by its id only', async () => {
  await expect(slack.conversations.history({ channel: '#revenue' })).rejects.toMatchObject({
    data: { error: 'channel_not_found' },
  });
});

test('an owner of the CRM is a known person, who is written to in one direct channel', async () => {
  await sandbox.put('owners/1', { email: 'Owner@example.com', firstName: 'Olga' });
  const { user } = await slack.users.lookupByEmail({ email: 'owner@example.com' });
  const opened = await slack.conversations.open({ users: user?.id ?? '' });
  expect(opened.channel?.id).toMatch(/^D/);
  const posted = await post({ channel: user?.id ?? '', text: 'Hello' });
  expect(posted.channel).toBe(opened.channel?.id);
  await expect(slack.users.lookupByEmail({ email: 'nobody@example.com' })).rejects.toMatchObject({
    data: { error: 'users_not_found' },
  });
});

test('what Slack would refuse is refused and leaves no effect', async () => {
  const before = (await sandbox.effects()).length;
  await expect(post({ channel: '#x' })).rejects.toMatchObject({ data: { error: 'no_text' } });
  await expect(post({ channel: '#x', text: 'a', blocks: '[{' })).rejects.toMatchObject({
    data: { error: 'invalid_blocks' },
  });
  await expect(post({ channel: '#x', text: 'a', metadata: '{}' })).rejects.toMatchObject({
    data: { error: 'invalid_metadata_format' },
  });
  expect(await sandbox.effects()).toHaveLength(before);
});

test('a call without a bearer token is refused with status 200, as Slack does', async () => {
  expect(await slack.auth.test()).toMatchObject({ ok: true, user: 'causeway' });
  const response = await sandbox.ask('POST', '/slack/api/auth.test');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ ok: false, error: 'not_authed' });
});
