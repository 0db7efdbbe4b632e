import { z } from 'zod';
import type { Operation } from '../vendor.ts';
import { slackError } from './failure.ts';
import { messages } from './messages.ts';

const argumentsSchema = z.object({ channel: z.string().min(1), ts: z.string().min(1) });

/** Blanks what was posted, too: nobody can read it any more. */
export const deleteMessage: Operation = {
  name: 'chat.delete',
  method: 'POST',
  paths: ['/chat.delete'],
  run({ body, state }) {
    const parsed = argumentsSchema.safeParse(body ?? {});
    if (!parsed.success) return { answer: slackError('invalid_arguments') };
    const { channel, ts } = parsed.data;
    const found = messages.find(state, `${channel}/${ts}`);
    if (!found) return { answer: slackError('message_not_found') };
    const key = found.metadata?.event_payload['idempotency_key'];
    return {
      answer: { status: 200, body: { ok: true, channel, ts } },
      changes: [
        messages.remove(`${channel}/${ts}`),
        ...(typeof key === 'string' ? [{ kind: 'blank-key' as const, connector: 'slack', key }] : []),
      ],
      effect: { target: channel, body: null },
    };
  },
};
