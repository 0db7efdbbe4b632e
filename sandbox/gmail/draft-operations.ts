import { randomBytes, randomInt } from 'node:crypto';
import type { Operation } from '../vendor.ts';
import { drafts, gmailPaths, searchDrafts, showMessage } from './drafts.ts';
import { gmailFailure } from './failure.ts';
import { readDraft } from './read-draft.ts';
import { readMail } from './read-mail.ts';

export const draftOperations: readonly Operation[] = [
  {
    name: 'drafts.create',
    method: 'POST',
    paths: [...gmailPaths('/drafts'), '/upload/gmail/v1/users/:userId/drafts'],
    run({ path, body }) {
      const given = readDraft(body);
      if (!given)
        return {
          answer: gmailFailure(
            400,
            "'raw' RFC822 payload message string or uploading message via /upload/* URL required",
          ),
        };
      const { messageId, ...mail } = readMail(given.mail);
      const mailbox = path['userId'] ?? '';
      const id = randomBytes(8).toString('hex');
      const draft = {
        id: `r${randomInt(1_000_000_000, 100_000_000_000)}`,
        mailbox,
        message: {
          id,
          threadId: given.threadId ?? id,
          rfc822MessageId: messageId ?? `${id}@mail.gmail.com`,
          raw: Buffer.from(given.mail, 'utf8').toString('base64url'),
        },
      };
      return {
        answer: { status: 200, body: { id: draft.id, message: showMessage(draft) } },
        changes: [drafts.put(draft.id, draft)],
        effect: { key: messageId, target: mailbox, body: { draftId: draft.id, messageId, ...mail } },
      };
    },
  },
  {
    name: 'drafts.list',
    method: 'GET',
    paths: gmailPaths('/drafts'),
    run({ path, query, state }) {
      const found = searchDrafts(state, path['userId'] ?? '', query.get('q') ?? '');
      if (!found) return { answer: gmailFailure(400, 'the sandbox searches by rfc822msgid: only') };
      const shown = found.map((draft) => ({
        id: draft.id,
        message: { id: draft.message.id, threadId: draft.message.threadId },
      }));
      return {
        answer: {
          status: 200,
          body: { ...(shown.length > 0 ? { drafts: shown } : {}), resultSizeEstimate: shown.length },
        },
      };
    },
  },
  {
    name: 'drafts.delete',
    method: 'DELETE',
    paths: gmailPaths('/drafts/:id'),
    run({ path, state }) {
      const draft = drafts.find(state, path['id'] ?? '');
      if (!draft || draft.mailbox !== path['userId']) {
        return { answer: gmailFailure(404, 'Requested entity was not found.') };
      }
      return {
        answer: { status: 204, body: undefined },
        changes: [
          drafts.remove(draft.id),
          { kind: 'blank-key', connector: 'gmail', key: draft.message.rfc822MessageId },
        ],
        effect: { target: draft.mailbox, body: null },
      };
    },
  },
  {
    name: 'drafts.get',
    method: 'GET',
    paths: gmailPaths('/drafts/:id'),
    run({ path, query, state }) {
      const draft = drafts.find(state, path['id'] ?? '');
      if (!draft || draft.mailbox !== path['userId']) {
        return { answer: gmailFailure(404, 'Requested entity was not found.') };
      }
      const raw = query.get('format') === 'raw' ? { raw: draft.message.raw } : {};
      return { answer: { status: 200, body: { id: draft.id, message: { ...showMessage(draft), ...raw } } } };
    },
  },
];
