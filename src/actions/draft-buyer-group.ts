import type { Action } from './action.ts';
import { groupOf, groupParameters } from './group-facts.ts';
import { groupLines } from './group-lines.ts';

/** Leaves what changed in a buyer group as a draft in the mailbox of whoever asked, addressed to them. */
export const draftBuyerGroup: Action<'draft_buyer_group'> = {
  type: 'draft_buyer_group',
  provider: 'Gmail',
  parameters: groupParameters,
  // The draft exists at once, but the search that finds it by its Message-ID follows its index.
  settleMs: 5_000,

  async prepare(input, { mail }) {
    const { group, email } = groupOf('draft_buyer_group', input);
    const mailbox = input.address ?? email ?? input.fallback.mailbox;
    const { title, summary, changes, notes } = groupLines(group);
    const people = changes.map(({ name, what }) => `- ${name} ${what}`);
    const text = [summary, people, notes].map((lines) => lines.join('\n')).filter((part) => part !== '');
    const draft = { ...(email !== undefined && { to: email }), subject: title, text: `${text.join('\n\n')}\n` };
    return {
      address: mailbox,
      perform: (effectCall) => mail.createDraft(mailbox, draft, effectCall),
      find: (key, _sinceMs, findCall) => mail.findDraft(mailbox, key, findCall),
    };
  },
};
