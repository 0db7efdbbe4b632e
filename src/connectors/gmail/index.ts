import { z } from 'zod';
import { VendorError } from '../../domain/failure.ts';
import type { MailDraftPort } from '../ports.ts';
import { createGmailClient, type GmailOptions } from './client.ts';
import { composeMessage } from './compose-message.ts';
import { messageIdOf } from './message-id.ts';

const draft = z.object({ id: z.string(), message: z.object({ id: z.string() }) });
const drafts = z.object({ drafts: z.array(draft).nullish() });

export function createGmail(options: GmailOptions): MailDraftPort {
  const ask = createGmailClient(options);

  return {
    async createDraft(mailbox, content, { key, timeoutMs }) {
      const raw = (await composeMessage(mailbox, content, messageIdOf(key))).toString('base64url');
      return ask('createDraft', mailbox, timeoutMs, async (users, request) => {
        const { data } = await users.drafts.create({ userId: mailbox, requestBody: { message: { raw } } }, request);
        return receiptOf(draft.parse(data));
      });
    },

    async deleteDraft(mailbox, draftId, { timeoutMs }) {
      try {
        await ask('deleteDraft', mailbox, timeoutMs, (users, request) =>
          users.drafts.delete({ userId: mailbox, id: draftId }, request),
        );
      } catch (error) {
        if (!(error instanceof VendorError && error.kind === 'NotFound')) throw error;
      }
    },

    findDraft(mailbox, key, { timeoutMs }) {
      return ask('findDraft', mailbox, timeoutMs, async (users, request) => {
        const q = `rfc822msgid:${messageIdOf(key).slice(1, -1)}`;
        const { data } = await users.drafts.list({ userId: mailbox, q, maxResults: 1 }, request);
        const found = drafts.parse(data).drafts?.[0];
        return found ? receiptOf(found) : null;
      });
    },
  };
}

function receiptOf({ id, message }: z.infer<typeof draft>) {
  return { draftId: id, messageId: message.id };
}
