import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { VendorError } from '../../domain/failure.ts';
import type { ChatPort } from '../ports.ts';
import { createSlackClient, type SlackOptions } from './client.ts';
import { platformCodeOf } from './errors.ts';

/** Marks our messages; the key is in the payload. */
const eventType = 'causeway_effect';

const pageSize = 200;
const maxPages = 5;
/** Slack's clock may run behind ours; the key keeps an older message from being taken for ours. */
const clockSkewMs = 60_000;

const person = z.object({ user: z.object({ id: z.string() }) });
const conversation = z.object({ channel: z.object({ id: z.string() }) });
const posted = z.object({ channel: z.string(), ts: z.string() });
const cursor = z.object({ next_cursor: z.string().nullish() }).nullish();
const metadata = z.object({
  event_type: z.literal(eventType),
  event_payload: z.object({ idempotency_key: z.string() }),
});
const history = z.object({
  messages: z.array(z.object({ ts: z.string(), metadata: z.unknown() })),
  response_metadata: cursor,
});
const channelList = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string().nullish() })),
  response_metadata: cursor,
});

export function createSlack(options: SlackOptions): ChatPort {
  const ask = createSlackClient(options);

  return {
    findPerson(email, { timeoutMs }) {
      return ask('findPerson', timeoutMs, async (slack) => {
        try {
          const { user } = person.parse(await slack.users.lookupByEmail({ email }));
          const { channel } = conversation.parse(await slack.conversations.open({ users: user.id }));
          return channel.id;
        } catch (error) {
          if (nobody.has(platformCodeOf(error) ?? '')) return null;
          throw error;
        }
      });
    },

    post(channel, { text, blocks }, { key, timeoutMs }) {
      return ask('post', timeoutMs, async (slack) => {
        const answer = await slack.apiCall('chat.postMessage', {
          channel,
          text,
          blocks,
          metadata: { event_type: eventType, event_payload: { idempotency_key: key } },
          unfurl_links: false,
          unfurl_media: false,
        });
        return posted.parse(answer);
      });
    },

    deletePost(channel, ts, { timeoutMs }) {
      return ask('deletePost', timeoutMs, async (slack) => {
        try {
          await slack.chat.delete({ channel, ts });
        } catch (error) {
          if (!noMessage.has(platformCodeOf(error) ?? '')) throw error;
        }
      });
    },

    findPost(channel, key, sinceMs, { timeoutMs }) {
      return ask('findPost', timeoutMs, async (slack) => {
        const id = await channelId(slack, channel);
        const oldest = Math.max(0, (sinceMs - clockSkewMs) / 1000).toFixed(6);
        let next: string | undefined;
        for (let page = 0; page < maxPages; page += 1) {
          const answer = history.parse(
            await slack.conversations.history({
              channel: id,
              oldest,
              limit: pageSize,
              include_all_metadata: true,
              ...(next && { cursor: next }),
            }),
          );
          const found = answer.messages.find((message) => keyOf(message.metadata) === key);
          if (found) return { channel: id, ts: found.ts };
          next = answer.response_metadata?.next_cursor ?? undefined;
          if (!next) return null;
        }
        // To say that the message is not there would have it posted again.
        throw new VendorError(
          'Slack',
          'Unavailable',
          `Slack findPost: more than ${maxPages * pageSize} messages since; look for the message by hand`,
        );
      });
    },
  };
}

/** It is gone, or was never there. */
const noMessage = new Set(['message_not_found', 'channel_not_found']);

/** Nobody, or nobody who can be written to any more. */
const nobody = new Set(['users_not_found', 'user_not_found', 'user_disabled']);

function keyOf(value: unknown): string | undefined {
  return metadata.safeParse(value).data?.event_payload.idempotency_key;
}

/** A message can be posted to a channel's name, but its history can only be asked for by its id. */
async function channelId(slack: WebClient, channel: string): Promise<string> {
  if (/^[CDG][A-Z0-9]{5,}$/.test(channel)) return channel;
  const name = channel.replace(/^#/, '');
  let next: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = channelList.parse(
      await slack.conversations.list({
        limit: 1000,
        exclude_archived: true,
        types: 'public_channel,private_channel',
        ...(next && { cursor: next }),
      }),
    );
    const found = answer.channels.find((candidate) => candidate.name === name);
    if (found) return found.id;
    next = answer.response_metadata?.next_cursor ?? undefined;
    if (!next) break;
  }
  throw new VendorError(
    'Slack',
    'Rejected',
    'Slack findPost: no channel of this name is visible; set the channel by its id',
  );
}
