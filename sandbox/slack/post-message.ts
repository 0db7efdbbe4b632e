import { z } from 'zod';
import type { Reader } from '../collection.ts';
import type { Operation } from '../vendor.ts';
import { slackError } from './failure.ts';
import { botUserId, channelIdOf, directChannelIdOf, isChannelId, isUserId, teamId } from './ids.ts';
import { blocksSchema, channels, messages, metadataSchema, structured } from './messages.ts';

const argumentsSchema = z.object({
  channel: z.string().min(1),
  text: z.string().max(40_000).default(''),
  blocks: structured(blocksSchema).optional(),
  metadata: structured(metadataSchema).optional(),
  thread_ts: z.string().optional(),
});

const refusals: Readonly<Record<string, string>> = {
  channel: 'channel_not_found',
  text: 'msg_too_long',
  blocks: 'invalid_blocks',
  metadata: 'invalid_metadata_format',
};

export const postMessage: Operation = {
  name: 'chat.postMessage',
  method: 'POST',
  paths: ['/chat.postMessage'],
  run({ body, now, state }) {
    const parsed = argumentsSchema.safeParse(body ?? {});
    if (!parsed.success) {
      return { answer: slackError(refusals[String(parsed.error.issues[0]?.path[0])] ?? 'invalid_arguments') };
    }
    const { channel: address, ...content } = parsed.data;
    if (content.text === '' && (content.blocks ?? []).length === 0) return { answer: slackError('no_text') };

    const { id: channel, name } = resolve(address);
    const ts = nextTimestamp(state, channel, now);
    const named = name === undefined ? [] : [channels.put(name, { id: channel, name })];
    const key = content.metadata?.event_payload['idempotency_key'];
    return {
      answer: { status: 200, body: { ok: true, channel, ts, message: showMessage({ ts, ...content }) } },
      changes: [...named, messages.put(`${channel}/${ts}`, { channel, ts, ...content })],
      effect: {
        key: typeof key === 'string' && key !== '' ? key : undefined,
        target: address,
        body: { channel, ts, ...content },
      },
    };
  },
};

/** The message as Slack shows it to its sender. */
export function showMessage<Content extends object>(content: Content) {
  return {
    type: 'message',
    subtype: 'bot_message',
    user: botUserId,
    bot_id: 'B0SANDBOX',
    app_id: 'A0SANDBOX',
    team: teamId,
    ...content,
  };
}

/** Slack takes a channel's id or name, or a person's id, which leads to the direct channel. */
function resolve(address: string): { id: string; name?: string } {
  if (isUserId(address)) return { id: directChannelIdOf([address]) };
  if (isChannelId(address)) return { id: address };
  const name = address.replace(/^#/, '').toLowerCase();
  return { id: channelIdOf(name), name };
}

/** Seconds and microseconds, unique within a channel: it is the message's id there. */
function nextTimestamp(state: Reader, channel: string, now: Date): string {
  let microseconds = now.getTime() * 1000;
  while (messages.find(state, `${channel}/${format(microseconds)}`)) microseconds += 1;
  return format(microseconds);
}

function format(microseconds: number): string {
  return (microseconds / 1_000_000).toFixed(6);
}
