import { gmail as createGmail, type gmail_v1 } from '@googleapis/gmail';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestSandbox } from './test-sandbox.ts';

const mailbox = 'ae@example.com';
const options = { headers: { authorization: 'Bearer token' }, retry: false };

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gmail: gmail_v1.Gmail;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  gmail = createGmail({ version: 'v1', rootUrl: `${sandbox.url}/gmail/` });
});
afterAll(() => sandbox.close());

async function mail(key: string): Promise<Buffer> {
  return new MailComposer({
    to: 'Ada Lovelace <ada@example.com>',
    from: mailbox,
    subject: 'Zürich — next steps, and a subject that is longer than one line of a header may be',
    text: 'Grüße\n\nSee you = soon.',
    messageId: `<${key}@causeway>`,
  })
    .compile()
    .build();
}

test('a draft is one effect under its Message-ID, with the words that a person would read', async () => {
  const raw = (await mail('key-1')).toString('base64url');
  const { data } = await gmail.users.drafts.create({ userId: mailbox, requestBody: { message: { raw } } }, options);
  expect(data.id).toBeTruthy();
  const effects = await sandbox.effects();
  expect(effects.filter(({ key }) => key === 'key-1@causeway')).toMatchObject([
    {
      connector: 'gmail',
      operation: 'drafts.create',
      target: mailbox,
      body: {
        draftId: data.id,
        to: 'Ada Lovelace <ada@example.com>',
        subject: 'Zürich — next steps, and a subject that is longer than one line of a header may be',
        text: expect.stringContaining('Grüße\n\nSee you = soon.'),
      },
    },
  ]);
});

test('a draft is found by its Message-ID, in its own mailbox only', async () => {
  const raw = (await mail('key-2')).toString('base64url');
  const made = await gmail.users.drafts.create({ userId: mailbox, requestBody: { message: { raw } } }, options);
  const q = 'rfc822msgid:key-2@causeway';
  const messages = await gmail.users.messages.list({ userId: mailbox, q }, options);
  expect(messages.data.messages?.map(({ id }) => id)).toEqual([made.data.message?.id]);
  const drafts = await gmail.users.drafts.list({ userId: mailbox, q }, options);
  expect(drafts.data.drafts?.map(({ id }) => id)).toEqual([made.data.id]);
  const read = await gmail.users.drafts.get({ userId: mailbox, id: made.data.id ?? '', format: 'raw' }, options);
  expect(read.data.message?.raw).toBe(raw);
  const elsewhere = await gmail.users.messages.list({ userId: 'other@example.com', q }, options);
  expect(elsewhere.data).toEqual({ resultSizeEstimate: 0 });
});

test('a draft that is uploaded is the same as one inside JSON', async () => {
  const perCall = { ...options, rootUrl: `${sandbox.url}/gmail/` };
  const body = (await mail('key-3')).toString('utf8');
  const media = { mimeType: 'message/rfc822', body };
  await createGmail('v1').users.drafts.create({ userId: mailbox, media }, perCall);
  await createGmail('v1').users.drafts.create({ userId: mailbox, requestBody: { message: {} }, media }, perCall);
  const effects = await sandbox.effects();
  expect(effects.filter(({ key }) => key === 'key-3@causeway')).toHaveLength(2);
});

test('a body without a mail is refused in the shape of Google', async () => {
  await expect(gmail.users.drafts.create({ userId: mailbox, requestBody: {} }, options)).rejects.toMatchObject({
    status: 400,
  });
});

test('a call without a bearer token is refused in the shape of Google', async () => {
  const response = await sandbox.ask('GET', `/gmail/gmail/v1/users/${mailbox}/messages`);
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } });
});
