import type { ChatMessage } from '../connectors/ports.ts';
import type { BuyerGroupFacts } from '../domain/buyer-group-facts.ts';
import type { Action } from './action.ts';
import { groupOf, groupParameters } from './group-facts.ts';
import { groupLines } from './group-lines.ts';
import { mrkdwn, textObject } from './mrkdwn.ts';

/** Tells what changed in a buyer group: in a direct message to whoever asked, else in the default channel. */
export const notifyBuyerGroup: Action<'notify_buyer_group'> = {
  type: 'notify_buyer_group',
  provider: 'Slack',
  parameters: groupParameters,
  settleMs: 2_000,

  async prepare(input, { chat }, call) {
    const { group, email } = groupOf('notify_buyer_group', input);
    const findPerson = async () => (email === undefined ? null : chat.findPerson(email, call));
    const channel = input.address ?? (await findPerson()) ?? input.fallback.channel;
    const isKnown = email === undefined || channel !== input.fallback.channel;
    const message = groupMessage(group, isKnown ? [] : [forSomebody]);
    return {
      address: channel,
      perform: (effectCall) => chat.post(channel, message, effectCall),
      find: (key, sinceMs, findCall) => chat.findPost(channel, key, sinceMs, findCall),
    };
  },
};

/** In the default channel, which may have been told already. */
const forSomebody = 'For somebody who asked, and whom Slack does not know by the address that was given.';

function groupMessage(group: BuyerGroupFacts, more: readonly string[]): ChatMessage {
  const { company, title, summary, changes, notes } = groupLines(group);
  return {
    text: `${mrkdwn(title)}: ${changes.length + group.more} changed`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'A buyer group has changed' } },
      { type: 'section', text: textObject([`*${mrkdwn(company)}*`, ...[...summary, ...more].map(mrkdwn)].join('\n')) },
      ...changes.map(({ name, what }) => ({ type: 'section', text: textObject(`*${mrkdwn(name)}* ${mrkdwn(what)}`) })),
      ...(notes.length > 0 ? [{ type: 'section', text: textObject(notes.map(mrkdwn).join('\n')) }] : []),
    ],
  };
}
