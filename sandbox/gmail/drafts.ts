import { z } from 'zod';
import { createCollection, type Reader } from '../collection.ts';

const draftSchema = z.object({
  id: z.string(),
  mailbox: z.string(),
  message: z.object({ id: z.string(), threadId: z.string(), rfc822MessageId: z.string(), raw: z.string() }),
});

export type Draft = z.infer<typeof draftSchema>;

export const drafts = createCollection('gmail/drafts', draftSchema);

export function gmailPaths(path: string): string[] {
  return [`/gmail/v1/users/:userId${path}`, `/v1/users/:userId${path}`];
}

/** The drafts of a mailbox that a search finds; `null` for a search that the sandbox does not know. */
export function searchDrafts(state: Reader, mailbox: string, search: string): Draft[] | null {
  let found = drafts.list(state).filter((draft) => draft.mailbox === mailbox);
  for (const term of search.split(/\s+/).filter((text) => text !== '')) {
    const messageId = /^rfc822msgid:<?([^<>]+)>?$/i.exec(term)?.[1];
    if (messageId !== undefined) found = found.filter((draft) => draft.message.rfc822MessageId === messageId);
    else if (!/^(in:drafts?|is:draft)$/i.test(term)) return null;
  }
  return found;
}

export function showMessage({ message }: Draft) {
  return { id: message.id, threadId: message.threadId, labelIds: ['DRAFT'] };
}
