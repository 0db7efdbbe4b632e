import { z } from 'zod';
import type { Action } from './action.ts';
import { dealMessage } from './deal-message.ts';
import { readParameters } from './unusable-action.ts';

const parameters = z.object({
  alert: z.string().min(1).max(200),
  stage: z.string().nullish(),
  competitors: z.array(z.string()).max(100).nullish(),
});

/** Tells the account executive who owns the deal, in a direct message; without one, or with the target `default`, the default channel. */
export const notifyAe: Action<'notify_ae'> = {
  type: 'notify_ae',
  provider: 'Slack',
  parameters,
  // Slack shows a message in its history at once; this covers a request that was still being done when its answer was lost.
  settleMs: 2_000,

  async prepare({ action, facts, fallback, address }, { chat }, call) {
    const { alert, stage, competitors } = readParameters('notify_ae', parameters, action.parameters);
    const message = dealMessage(
      { alert, stage: stage ?? undefined, competitors: competitors ?? facts.deal?.competitors ?? [] },
      facts.deal,
    );
    const email = action.targetId === 'default' ? undefined : facts.owner?.email;
    const findPerson = async () => (email === undefined ? null : chat.findPerson(email, call));
    const channel = address ?? (await findPerson()) ?? fallback.channel;
    return {
      address: channel,
      perform: (effectCall) => chat.post(channel, message, effectCall),
      find: (key, sinceMs, findCall) => chat.findPost(channel, key, sinceMs, findCall),
    };
  },
};
