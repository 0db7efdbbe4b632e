import { z } from 'zod';
import type { Action } from '../action.ts';
import { readParameters } from '../unusable-action.ts';
import { sentBefore } from './sent-before.ts';

const parameters = sentBefore(z.object({ channel: z.string(), ts: z.string() }));

/** Takes back an alert that named the person. */
export const deleteMessage: Action<'delete_message'> = {
  type: 'delete_message',
  provider: 'Slack',
  parameters,
  settleMs: 0,
  attempts: Number.POSITIVE_INFINITY,

  async prepare({ action }, { chat }) {
    const { key, address, sinceMs, receipt } = readParameters('delete_message', parameters, action.parameters);
    return {
      address,
      async perform(call) {
        // Without a receipt its answer was lost; it may be there all the same.
        const found = receipt ?? (await chat.findPost(address, key, sinceMs, call));
        if (found) await chat.deletePost(found['channel'] ?? '', found['ts'] ?? '', call);
        return { message: found ? 'deleted' : 'not found' };
      },
      find: async () => null,
    };
  },
};
