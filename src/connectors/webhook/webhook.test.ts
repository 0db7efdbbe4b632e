import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { runServer } from '../../../test/running-sandbox.ts';
import { createWebhook } from './index.ts';

/** Protects the network behind Causeway from addresses that somebody configures, and receivers from messages of others. */

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const message = { type: 'lead.captured', data: { email: 'ada@example.com' } };
const call = { key: 'event:send_to_marketing', timeoutMs: 2_000 };

let asked: { headers: Record<string, string>; body: string }[] = [];
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  asked = [];
  for (const close of closing.splice(0)) await close();
});

async function receiver(status = 200, answered: Record<string, string> = {}): Promise<URL> {
  const server = await runServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    asked.push({ headers, body });
    response.writeHead(status, answered).end('x'.repeat(1_000_000));
  });
  closing.push(() => server.close());
  return new URL(server.url);
}

const webhook = (url: string, allow: readonly string[] = []) =>
  createWebhook({ provider: 'Marketing', url, secret, allow });

test('a message is signed, and known again by its key', async () => {
  const url = await receiver();
  const receipt = await webhook(url.href, [url.host]).send(message, call);
  expect(receipt).toEqual({ webhookId: call.key, status: '200' });
  const [{ headers, body } = { headers: {}, body: '' }] = asked;
  expect(new Webhook(secret).verify(body, headers)).toMatchObject(message);
  expect(headers['webhook-id']).toBe(call.key);
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow('No matching signature');
});

test.each([
  ['127.0.0.1', (port: string) => `http://127.0.0.1:${port}/`],
  ['a name that leads there', (port: string) => `http://localhost:${port}/`],
  ['a number', (port: string) => `http://2130706433:${port}/`],
  ['octal digits', (port: string) => `http://0177.0.0.1:${port}/`],
  ['a short form', (port: string) => `http://127.1:${port}/`],
  ['IPv4 in IPv6', (port: string) => `http://[::ffff:127.0.0.1]:${port}/`],
  ['0.0.0.0', (port: string) => `http://0.0.0.0:${port}/`],
])('a private address written as %s is refused, and nobody is asked', async (_form, urlOf) => {
  const { port } = await receiver();
  await expect(webhook(urlOf(port)).send(message, call)).rejects.toMatchObject({ kind: 'Rejected', effect: 'none' });
  expect(asked).toEqual([]);
});

test.each(['169.254.169.254', '10.0.0.1', '192.168.1.1', '172.16.0.1', '[fd00::1]', '100.64.0.1'])(
  '%s is refused at once',
  async (host) => {
    await expect(webhook(`http://${host}/`).send(message, call)).rejects.toMatchObject({ kind: 'Rejected' });
  },
);

test.each(['ftp://example.com/', 'http://user:secret@example.com/'])('%s is no address for messages', async (url) => {
  await expect(webhook(url).send(message, call)).rejects.toMatchObject({ kind: 'Rejected' });
});

test('only the host and port that are allowed may be private', async () => {
  const url = await receiver();
  await expect(webhook(url.href, ['127.0.0.1:1']).send(message, call)).rejects.toMatchObject({ kind: 'Rejected' });
  expect(asked).toEqual([]);
});

test('a redirect is not followed', async () => {
  const other = await receiver();
  const url = await receiver(302, { location: other.href });
  await expect(webhook(url.href, [url.host, other.host]).send(message, call)).rejects.toMatchObject({
    kind: 'Rejected',
  });
  expect(asked).toHaveLength(1);
});

test('a receiver that wants to be left alone says for how long', async () => {
  const url = await receiver(429, { 'retry-after': '7' });
  const attempt = webhook(url.href, [url.host]).send(message, call);
  await expect(attempt).rejects.toMatchObject({ kind: 'RateLimited', retryAfterMs: 7_000 });
});
