import { Client } from '@hubspot/api-client';
import { gmail as createGmail } from '@googleapis/gmail';
import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestSandbox } from './test-sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.forget();
  await sandbox.put('contacts/1', { firstname: 'Ada' });
});

const patienceMs = 1500;

const ignore = () => undefined;
const silent: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  setLevel: ignore,
  setName: ignore,
  getLevel: () => LogLevel.ERROR,
};

/** One call with an effect at each vendor, through its own client; it gives up after `patienceMs`. */
const effectful = {
  async hubspot() {
    const client = new Client({ accessToken: 't', basePath: `${sandbox.url}/hubspot`, numberOfApiCallRetries: 0 });
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('gave up')), patienceMs);
    const properties = { firstname: 'Grace' };
    return Promise.race([client.crm.contacts.basicApi.update('1', { properties }), late.promise]).finally(() =>
      clearTimeout(timer),
    );
  },
  async slack() {
    const client = new WebClient('t', {
      slackApiUrl: `${sandbox.url}/slack/api/`,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: patienceMs,
      logger: silent,
    });
    return client.apiCall('chat.postMessage', { channel: '#revenue', text: 'Hello' });
  },
  async gmail() {
    const raw = Buffer.from('Message-ID: <k@causeway>\r\n\r\nHello').toString('base64url');
    const client = createGmail({ version: 'v1', rootUrl: `${sandbox.url}/gmail/` });
    return client.users.drafts.create(
      { userId: 'me', requestBody: { message: { raw } } },
      { headers: { authorization: 'Bearer t' }, retry: false, signal: AbortSignal.timeout(patienceMs) },
    );
  },
};

describe.each(['hubspot', 'slack', 'gmail'] as const)('%s', (connector) => {
  const perform = effectful[connector];

  test('a status is answered with nothing done, and the next call succeeds', async () => {
    await sandbox.fault({ connector, fault: 'status', status: 503 });
    await expect(perform()).rejects.toSatisfy((error) => statusOf(error) === 503);
    expect(await sandbox.effects()).toEqual([]);
    await perform();
    expect(await sandbox.effects()).toHaveLength(1);
  });

  test('a limited rate looks as it does at the vendor', async () => {
    await sandbox.fault({ connector, fault: 'status', status: 429 });
    await expect(perform()).rejects.toSatisfy((error) => statusOf(error) === 429 || 'retryAfter' in Object(error));
  });

  test('a timeout never answers and does nothing', async () => {
    await sandbox.fault({ connector, fault: 'timeout' });
    await expect(perform()).rejects.toThrow(/gave up|timeout|aborted/i);
    expect(await sandbox.effects()).toEqual([]);
  });

  test('a slow answer comes after the effect is done', async () => {
    await sandbox.fault({ connector, fault: 'slow', delayMs: patienceMs / 2 });
    let answered = false;
    const answer = perform().finally(() => {
      answered = true;
    });
    await expect.poll(sandbox.effects, { interval: 20, timeout: patienceMs }).toHaveLength(1);
    expect(answered).toBe(false);
    await answer;
  });

  test('a lost answer does the effect once and cuts the connection', async () => {
    await sandbox.fault({ connector, fault: 'lost-answer' });
    await expect(perform()).rejects.toThrow(/hang up|fetch failed|terminated|ECONNRESET/i);
    expect(await sandbox.effects()).toHaveLength(1);
  });

  test('a malformed answer does nothing', async () => {
    await sandbox.fault({ connector, fault: 'malformed' });
    await perform().catch(() => undefined);
    expect(await sandbox.effects()).toEqual([]);
  });

  test('a fault strikes its own connector, as often as it says', async () => {
    await sandbox.fault({ connector: connector === 'slack' ? 'gmail' : 'slack', fault: 'status' });
    await sandbox.fault({ connector, fault: 'status', status: 500, times: 2 });
    await expect(perform()).rejects.toSatisfy((error) => statusOf(error) === 500);
    await expect(perform()).rejects.toSatisfy((error) => statusOf(error) === 500);
    await perform();
    expect(await sandbox.effects()).toHaveLength(1);
    expect(Object.values((await sandbox.calls())[connector] ?? {})).toEqual([3]);
  });
});

test('faults apply in the order of their arrival, each to its own operation', async () => {
  await sandbox.fault({ connector: 'hubspot', fault: 'status', status: 500, operation: 'deals.read' });
  await sandbox.fault({ connector: 'hubspot', fault: 'status', status: 423 });
  await sandbox.fault({ connector: 'hubspot', fault: 'status', status: 502, operation: 'contacts.update' });
  await expect(effectful.hubspot()).rejects.toMatchObject({ code: 423 });
  await expect(effectful.hubspot()).rejects.toMatchObject({ code: 502 });
  await effectful.hubspot();
  const left = await (await sandbox.ask('GET', '/_sandbox/faults')).json();
  expect(left).toMatchObject([{ operation: 'deals.read', times: 1 }]);
});

test('a fault that could never strike is refused with what there is', async () => {
  const unknown = await sandbox.fault({ connector: 'salesforce', fault: 'timeout' });
  expect(unknown.status).toBe(400);
  expect(await unknown.text()).toContain('hubspot, slack, gmail');
  const misnamed = await sandbox.fault({ connector: 'gmail', fault: 'timeout', operation: 'drafts.make' });
  expect(await misnamed.text()).toContain('drafts.create');
});

function statusOf(error: unknown): number {
  const { code, statusCode, status } = Object(error);
  return [statusCode, status, code].find((value) => typeof value === 'number') ?? 0;
}
