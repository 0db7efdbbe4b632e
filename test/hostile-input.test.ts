import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { sendBytes, type RawRequest, sendRaw, signatureHeaders } from './raw-request.ts';
import { contactChange, problemIn, receiptIn, startWatchedCauseway, type WatchedCauseway } from './watched-causeway.ts';

/** Protects the server from whatever arrives: a short answer, one log line without what was sent, and the next request is served. */

let watched: WatchedCauseway;
beforeAll(async () => {
  watched = await startWatchedCauseway();
});
afterAll(() => watched.causeway.close());
beforeEach(() => watched.forgetLines());
afterEach(async () => {
  const { status, text: answered } = await sendRaw(watched.causeway.url, { method: 'GET', path: '/healthz' });
  if (status !== 200) throw new Error(`the server does not answer any more: ${status} ${answered}`);
});

const mebibyte = 1024 * 1024;
const signed = (body: Buffer | string, more: Record<string, string> = {}): RawRequest => ({
  body,
  headers: { ...signatureHeaders(watched.causeway, body), ...more },
});
const batch = () => JSON.stringify([contactChange()]);

const refused: Readonly<Record<string, [status: number, reason: string, request: () => RawRequest]>> = {
  'one byte over 1 MiB': [413, 'body_too_large', () => signed('x'.repeat(mebibyte + 1))],
  'thirty times too much': [413, 'body_too_large', () => ({ body: Buffer.alloc(30 * mebibyte) })],
  'too much in chunks, its length untold': [
    413,
    'body_too_large',
    () => ({ body: Array.from({ length: 48 }, () => Buffer.alloc(64 * 1024)) }),
  ],
  'exactly 1 MiB of no JSON': [400, 'not_json', () => signed('x'.repeat(mebibyte))],
  'a compressed body': [400, 'not_json', () => signed(gzipSync(batch()), { 'content-encoding': 'gzip' })],
  'UTF-16': [
    400,
    'not_json',
    () => signed(Buffer.from(batch(), 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }),
  ],
  'an array in an array, 500,000 deep and never closed': [400, 'not_json', () => signed('['.repeat(500_000))],
  'a content type that is none': [415, 'bad_content_type', () => signed(batch(), { 'content-type': ';;;' })],
  'a path of 10 kB': [414, 'path_too_long', () => ({ path: `/webhooks/${'a'.repeat(10_000)}` })],
  'a path of 10 kB that leads nowhere': [404, 'unknown_route', () => ({ path: `/${'a'.repeat(10_000)}` })],
  'a path that is no UTF-8': [400, 'bad_path', () => ({ path: '/webhooks/%ff%zz' })],
  'another source': [404, 'unknown_source', () => ({ ...signed(batch()), path: '/webhooks/salesforce' })],
  'a source by the name of __proto__': [404, 'unknown_source', () => ({ path: '/webhooks/__proto__' })],
  'a source by the name of constructor': [404, 'unknown_source', () => ({ path: '/webhooks/constructor' })],
  'two slashes': [404, 'unknown_route', () => ({ ...signed(batch()), path: '//webhooks/hubspot' })],
  'a method that the path does not take': [405, 'method_not_allowed', () => ({ ...signed(batch()), method: 'PUT' })],
  'a method that no path takes': [405, 'method_not_allowed', () => ({ method: 'PROPFIND' })],
  'a body where none belongs': [405, 'method_not_allowed', () => ({ path: '/healthz', body: batch() })],
  'too much of it where none belongs': [
    413,
    'body_too_large',
    () => ({ path: '/nowhere', body: 'x'.repeat(2 * mebibyte) }),
  ],
};

describe('a request that asks for too much', () => {
  it.each(Object.keys(refused))('%s is refused with one log line and nothing of what it held', async (name) => {
    const [status, reason, requestOf] = refused[name] ?? [0, '', (): RawRequest => ({})];
    const request = requestOf();
    const answer = await watched.send(request);
    expect([answer.status, problemIn(answer).reason]).toEqual([status, reason]);
    expect(watched.warnings()).toEqual([
      expect.objectContaining({ level: 'warn', status, reason, correlation_id: answer.headers['x-correlation-id'] }),
    ]);
    watched.expectQuiet(answer.text, Object.values(request.headers ?? {}));
  });

  it.each([
    ['headers of 100 kB', 431, `POST /webhooks/hubspot HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`],
    ['a name for a header that is none', 400, 'POST /webhooks/hubspot HTTP/1.1\r\nhost: a\r\nx y: 1\r\n\r\n'],
    [
      'two lengths of one body',
      400,
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['the start of TLS', 400, Buffer.from('16030100a5010000a10303canary@example.com', 'latin1')],
    ['no HTTP at all', 400, 'canary@example.com\r\n\r\n'],
  ])('%s: %d', async (_name, status, bytes) => {
    const answer = await sendBytes(watched.causeway.url, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*application/problem\\+json[^]*"status":${status}`));
    expect(answer).toMatch(/^x-correlation-id: [-0-9a-f]{36}\r$/m);
    expect(watched.warnings()).toEqual([expect.objectContaining({ level: 'warn', status })]);
    watched.expectQuiet(answer);
  });
});

describe('a sender that does not finish', () => {
  const head = 'POST /webhooks/hubspot HTTP/1.1\r\nhost: a\r\ncontent-length: 500\r\n\r\n[';

  it('has 15 s for the whole request, and is then told so', async () => {
    const { server } = watched.causeway.app;
    const { requestTimeout, headersTimeout } = server;
    expect(requestTimeout).toBe(15_000);
    expect(headersTimeout).toBeLessThanOrEqual(requestTimeout);
    server.headersTimeout = 200;
    server.requestTimeout = 200;
    try {
      const answer = await sendBytes(watched.causeway.url, head);
      expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"reason":"too_slow"/);
      expect(watched.warnings()).toEqual([expect.objectContaining({ status: 408, reason: 'too_slow' })]);
    } finally {
      Object.assign(server, { requestTimeout, headersTimeout });
    }
  });

  it('may hang up in the middle: that is no error of ours, and nothing to warn of', async () => {
    const { port } = new URL(watched.causeway.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(head);
    await text(socket);
    await eventually('the server sees it', async () => (watched.said().includes('"hung_up"') ? true : undefined));
    expect(watched.warnings()).toEqual([]);
    expect(watched.said()).not.toContain('"level":"error"');
  });
});

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const withText = (extra: string): string => JSON.stringify([contactChange()]).replace('{', `{${extra},`);

describe('a signed event with odd contents', () => {
  const ids: string[] = [];

  it.each([
    ['a NUL in its value', () => JSON.stringify([contactChange({ propertyValue: 'a\u0000b' })])],
    ['half of a surrogate pair', () => JSON.stringify([contactChange({ propertyValue: '\ud800' })])],
    ['the other half', () => JSON.stringify([contactChange({ propertyValue: '\udc00' })])],
    ['a key __proto__', () => withText('"__proto__":{"polluted":true}')],
    ['a key constructor', () => withText('"constructor":{"prototype":{"polluted":true}}')],
    ['a key twice, of which the last counts', () => withText('"objectId":"no number"')],
    ['a number over 2^53 where nobody reads it', () => withText('"extra":9007199254740993')],
    ['32 levels of nesting', () => withText(`"extra":${deep(31)}`)],
    ['a value of 900 kB', () => JSON.stringify([contactChange({ propertyValue: 'x'.repeat(900_000) })])],
    [
      'a value that looks like a template',
      () => JSON.stringify([contactChange({ propertyValue: '${1}{{1}}%s\u202e' })]),
    ],
  ])('%s is accepted', async (_name, bodyOf) => {
    const answer = await watched.send(signed(bodyOf()));
    const receipt = receiptIn(answer);
    expect(receipt.accepted).toBe(1);
    ids.push(...receipt.events.map(({ id }) => id));
    expect(watched.warnings()).toEqual([]);
    watched.expectQuiet(answer.text);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it.each([
    ['an id over 2^53', () => withText('"x":1').replace(/"objectId":\d+/, '"objectId":9007199254740993')],
    ['an id that is no finite number', () => withText('"x":1').replace(/"objectId":\d+/, '"objectId":1e999')],
    ['33 levels of nesting', () => withText(`"extra":${deep(32)}`)],
    ['10,000 levels of nesting', () => withText(`"extra":${deep(10_000)}`)],
    ['nothing but 500,000 levels', () => `[${deep(500_000)}]`],
    ['a type with a NUL', () => JSON.stringify([contactChange({ subscriptionType: 'deal.\u0000' })])],
    ['a type of 10 kB', () => JSON.stringify([contactChange({ subscriptionType: `deal.${'x'.repeat(10_000)}` })])],
  ])('%s is a violation', async (_name, bodyOf) => {
    const answer = await watched.send(signed(bodyOf()));
    expect(receiptIn(answer)).toMatchObject({ accepted: 0, rejected: 1, events: [{ status: 'violation' }] });
    expect(watched.warnings()).toEqual([expect.objectContaining({ level: 'warn', msg: 'event refused' })]);
    watched.expectQuiet(answer.text);
  });

  it.each(['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'])(
    'is taken for what it is when its content type says %j',
    async (contentType) => {
      expect(receiptIn(await watched.send(signed(batch(), { 'content-type': contentType }))).accepted).toBe(1);
    },
  );

  it('needs no content type', async () => {
    const { body, headers } = signed(batch());
    const { 'content-type': _, ...rest } = headers ?? {};
    expect(receiptIn(await watched.send({ body: body ?? '', headers: rest })).accepted).toBe(1);
  });

  it('whatever was accepted runs to its end', async () => {
    expect(ids).toHaveLength(10);
    await watched.causeway.startWorker();
    for (const id of ids) expect(await watched.causeway.finished(id)).toMatchObject({ state: 'done' });
  });
});
