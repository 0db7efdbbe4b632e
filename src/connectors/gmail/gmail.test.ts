import { generateKeyPairSync } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { runSandbox, runServer, type Answer, type RunningSandbox } from '../../../test/running-sandbox.ts';
import type { VendorErrorKind } from '../../domain/failure.ts';
import { tokenError } from './errors.ts';
import { createGmail } from './index.ts';
import { messageIdOf } from './message-id.ts';

// Protects that a draft says what it should to whom it should, can be found again by its key, and that every failure of
// Gmail is known by its kind, in time.

const call = { timeoutMs: 5_000 };
const key = '6f0c9d5e-2f6b-4d6c-9d6a-0d8f7c1b2a3e:draft_followup';
const mailbox = 'olga@example.com';
const draft = { to: 'ada@example.com', subject: 'Größe – again', text: 'Hi Ada,\n\nhow is it going?\n' };
let sandbox: RunningSandbox;

beforeAll(async () => {
  sandbox = await runSandbox();
});
beforeEach(() => sandbox.forget());
afterAll(() => sandbox.close());

function gmail(apiUrl = sandbox.gmailUrl) {
  return createGmail({ apiUrl, auth: { accessToken: 'ya29.secret-0815' } });
}

test('a draft is left in the mailbox with its key as Message-ID, and is found by it', async () => {
  const receipt = await gmail().createDraft(mailbox, draft, { ...call, key });
  expect(receipt).toEqual({ draftId: expect.any(String), messageId: expect.any(String) });
  await expect(sandbox.effects()).resolves.toMatchObject([
    {
      operation: 'drafts.create',
      target: mailbox,
      key: '6f0c9d5e-2f6b-4d6c-9d6a-0d8f7c1b2a3e.draft_followup@causeway',
      body: { from: mailbox, to: draft.to, subject: draft.subject, text: expect.stringContaining('how is it going?') },
    },
  ]);
  await expect(gmail().findDraft(mailbox, key, call)).resolves.toEqual(receipt);
  await expect(gmail().findDraft(mailbox, 'another', call)).resolves.toBeNull();
  await expect(gmail().findDraft('someone@example.com', key, call)).resolves.toBeNull();
});

test('a draft without an addressee is left without one', async () => {
  await gmail().createDraft(mailbox, { subject: 'Hello', text: 'Hi' }, { ...call, key });
  await expect(sandbox.effects()).resolves.toMatchObject([{ body: { to: '' } }]);
});

test.each([
  ['a second addressee', { to: 'ada@example.com, eve@example.com' }],
  ['another header in the address', { to: 'ada@example.com\r\nBcc: eve@example.com' }],
  ['a display name that hides an address', { to: 'Ada <eve@example.com>' }],
  ['another header in the subject', { subject: 'Hello\r\nBcc: eve@example.com' }],
])('%s is refused before anything is sent', async (_what, change) => {
  const attempt = gmail().createDraft(mailbox, { ...draft, ...change }, { ...call, key });
  await expect(attempt).rejects.toMatchObject({ kind: 'Rejected' });
  expect(await sandbox.calls('gmail', 'drafts.create')).toBe(0);
});

describe('a Message-ID', () => {
  test('is the same for the same key, and legal for any key', () => {
    const keys = [key, 'a b', '<x>@y', 'ключ', '.dots..', '', 'x'.repeat(500), 'a\r\nBcc: b'];
    const ids = keys.map(messageIdOf);
    expect(ids).toEqual(keys.map(messageIdOf));
    expect(new Set(ids).size).toBe(keys.length);
    for (const id of ids) expect(id).toMatch(/^<[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*@causeway>$/);
  });
});

test.each<[number, VendorErrorKind]>([
  [400, 'Rejected'],
  [401, 'Unauthorized'],
  [403, 'Unauthorized'],
  [404, 'NotFound'],
  [429, 'RateLimited'],
  [500, 'Unavailable'],
  [503, 'Unavailable'],
])('status %i is %s, is asked for once, and its message holds neither token nor address', async (status, kind) => {
  await sandbox.fault({ connector: 'gmail', fault: 'status', status });
  const error = await gmail()
    .createDraft(mailbox, draft, { ...call, key })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ provider: 'Gmail', kind });
  expect(error).toHaveProperty('message', `Gmail createDraft: ${kind} (status ${status})`);
  expect(error).not.toHaveProperty('cause');
  expect(await sandbox.calls('gmail', 'drafts.create')).toBe(1);
});

describe('a service account', () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const auth = { serviceAccount: { email: 'robot@example.com', privateKey: privateKey.replaceAll('\n', '\\n') } };
  afterEach(() => vi.unstubAllGlobals());

  test('asks for a token in the name of each mailbox, once, with no scope beyond drafts', async () => {
    const claims: unknown[] = [];
    const server = await runTokenServer(async (request, response) => {
      const assertion = new URLSearchParams(await text(request)).get('assertion') ?? '';
      const { sub, scope } = z
        .object({ sub: z.string(), scope: z.string() })
        .parse(JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString()));
      claims.push({ sub, scope });
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ access_token: 'ya29.token', expires_in: 3600, token_type: 'Bearer' }));
    });
    const mail = createGmail({ apiUrl: sandbox.gmailUrl, auth });
    const receipt = await mail.createDraft(mailbox, draft, { ...call, key });
    await expect(mail.findDraft(mailbox, key, call)).resolves.toEqual(receipt);
    await mail.createDraft('oleg@example.com', draft, { ...call, key });
    await server.close();
    const scope = 'https://www.googleapis.com/auth/gmail.compose';
    expect(claims).toEqual([
      { sub: mailbox, scope },
      { sub: 'oleg@example.com', scope },
    ]);
  });

  test('that gets no token in time leaves the mailbox alone', async () => {
    const server = await runTokenServer(() => undefined);
    await expect(
      createGmail({ apiUrl: sandbox.gmailUrl, auth }).createDraft(mailbox, draft, { timeoutMs: 200, key }),
    ).rejects.toMatchObject({ kind: 'Timeout' });
    expect(await sandbox.calls('gmail', 'drafts.create')).toBe(0);
    vi.unstubAllGlobals();
    await server.close();
  });
});

describe('without an access token', () => {
  test('a service account whose key cannot be used is Unauthorized', async () => {
    const auth = { serviceAccount: { email: 'robot@example.com', privateKey: 'not a key' } };
    await expect(
      createGmail({ apiUrl: sandbox.gmailUrl, auth }).createDraft(mailbox, draft, { ...call, key }),
    ).rejects.toMatchObject({ kind: 'Unauthorized' });
    expect(await sandbox.calls('gmail', 'drafts.create')).toBe(0);
  });

  test.each<[number, VendorErrorKind]>([
    [400, 'Unauthorized'],
    [401, 'Unauthorized'],
    [429, 'RateLimited'],
    [503, 'NotReached'],
  ])('status %i of the token request is %s: nothing was done', (status, kind) => {
    const error = tokenError(
      'createDraft',
      Object.assign(new Error('olga@example.com'), { response: { status } }),
      false,
    );
    expect(error).toMatchObject({ kind, effect: 'none' });
    expect(error.message).not.toContain('olga');
  });
});

/** Leads what is meant for Google's token endpoint, whose address is fixed, to a server of the test. */
async function runTokenServer(answer: Answer) {
  const server = await runServer(answer);
  const original = fetch;
  vi.stubGlobal('fetch', (input: string | URL, init?: RequestInit) =>
    original(String(input).startsWith('https://oauth2.googleapis.com/') ? server.url : input, init),
  );
  return server;
}
