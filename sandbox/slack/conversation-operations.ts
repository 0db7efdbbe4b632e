import { z } from 'zod';
import type { Operation } from '../vendor.ts';
import { slackError } from './failure.ts';
import { channelIdOf, directChannelIdOf, isUserId } from './ids.ts';
import { channels } from './messages.ts';

const openSchema = z.object({ users: z.string().min(1) });

/** Channels that every workspace of the sandbox has. */
const standing = ['general', 'revenue'].map((name) => ({ id: channelIdOf(name), name }));

export const conversationOperations: readonly Operation[] = [
  {
    name: 'conversations.open',
    method: 'POST',
    paths: ['/conversations.open'],
    run({ body }) {
      const parsed = openSchema.safeParse(body ?? {});
      if (!parsed.success) return { answer: slackError('users_list_not_supplied') };
      const users = parsed.data.users.split(',').map((id) => id.trim());
      if (!users.every(isUserId)) return { answer: slackError('user_not_found') };
      return { answer: { status: 200, body: { ok: true, channel: { id: directChannelIdOf(users) } } } };
    },
  },
  {
    name: 'conversations.list',
    method: 'POST',
    paths: ['/conversations.list'],
    run({ state }) {
      const known = new Map([...standing, ...channels.list(state)].map((channel) => [channel.id, channel]));
      const shown = [...known.values()].map(({ id, name }) => ({
        id,
        name,
        name_normalized: name,
        is_channel: true,
        is_private: false,
        is_archived: false,
        is_member: true,
      }));
      return { answer: { status: 200, body: { ok: true, channels: shown, response_metadata: { next_cursor: '' } } } };
    },
  },
];
