import { z } from 'zod';
import type { Action } from './action.ts';
import { hasTemplate, renderMail } from './mail-template.ts';
import { oneLine } from './one-line.ts';
import { readParameters } from './unusable-action.ts';

const parameters = z.object({
  template: z.string().refine(hasTemplate, 'no such template; add its file to src/actions/templates, or name another'),
});

/** Leaves a draft for the deal's contact in the owner's mailbox; a person reads it and sends it. */
export const draftFollowup: Action<'draft_followup'> = {
  type: 'draft_followup',
  provider: 'Gmail',
  parameters,
  // The draft exists at once, but the search that finds it by its Message-ID follows its index.
  settleMs: 5_000,

  async prepare({ action, facts, fallback, address }, { mail }) {
    const { template } = readParameters('draft_followup', parameters, action.parameters);
    const { deal, contact, account, owner } = facts;
    const content = await renderMail(template, {
      firstName: oneLine(contact?.firstName ?? '', 100) || 'there',
      dealName: oneLine(deal?.name ?? '', 150) || 'our conversation',
      accountName: oneLine(account?.name ?? '', 150) || 'your team',
      senderName: oneLine(owner?.firstName ?? '', 100),
    });
    const to = addressOf(contact?.email);
    const mailbox = address ?? addressOf(owner?.email) ?? fallback.mailbox;
    const draft = { ...content, ...(to && { to }) };
    return {
      address: mailbox,
      perform: (effectCall) => mail.createDraft(mailbox, draft, effectCall),
      find: (key, _sinceMs, findCall) => mail.findDraft(mailbox, key, findCall),
    };
  },
};

/** A CRM takes any text as an address; what is not one plain address is left out, and the person who sends will see it. */
function addressOf(text: string | undefined): string | undefined {
  return text !== undefined && /^[^\s\p{Cc}@,;:<>()[\]"\\]{1,64}@[^\s\p{Cc}@,;:<>()[\]"\\]{1,189}$/u.test(text)
    ? text
    : undefined;
}
