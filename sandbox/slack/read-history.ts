import { z } from 'zod';
import type { Operation } from '../vendor.ts';
import { slackError } from './failure.ts';
import { isChannelId } from './ids.ts';
import { messages, structured } from './messages.ts';
import { showMessage } from './post-message.ts';

const flag = structured(z.union([z.boolean(), z.literal([0, 1]).transform(Boolean)])).default(false);

const argumentsSchema = z.object({
  channel: z.string(),
  oldest: z.coerce.number().default(0),
  latest: z.coerce.number().default(Number.POSITIVE_INFINITY),
  inclusive: flag,
  include_all_metadata: flag,
  limit: z.coerce.number().int().min(1).max(999).default(100),
  cursor: z.string().optional(),
});

/** Newest first. A channel must be given by id: unlike posting, reading knows no names. */
export const readHistory: Operation = {
  name: 'conversations.history',
  method: 'POST',
  paths: ['/conversations.history'],
  run({ body, state }) {
    const parsed = argumentsSchema.safeParse(body ?? {});
    if (!parsed.success) return { answer: slackError('invalid_arguments') };
    const { channel, oldest, latest, inclusive, include_all_metadata: withMetadata, limit, cursor } = parsed.data;
    if (!isChannelId(channel)) return { answer: slackError('channel_not_found') };
    const before = cursor ? Number(Buffer.from(cursor, 'base64').toString().replace('next_ts:', '')) : undefined;
    if (Number.isNaN(before)) return { answer: slackError('invalid_cursor') };

    const matching = messages
      .list(state)
      .filter((message) => message.channel === channel)
      .filter(({ ts }) =>
        inclusive ? Number(ts) >= oldest && Number(ts) <= latest : Number(ts) > oldest && Number(ts) < latest,
      )
      .filter(({ ts }) => before === undefined || Number(ts) < before)
      .toSorted((one, other) => Number(other.ts) - Number(one.ts));
    const page = matching.slice(0, limit);
    const more = matching.length > page.length;
    const next = more ? Buffer.from(`next_ts:${page.at(-1)?.ts}`).toString('base64') : '';
    return {
      answer: {
        status: 200,
        body: {
          ok: true,
          messages: page.map(({ channel: _channel, metadata, ...content }) =>
            showMessage({ ...content, ...(withMetadata && metadata ? { metadata } : {}) }),
          ),
          has_more: more,
          pin_count: 0,
          response_metadata: { next_cursor: next },
        },
      },
    };
  },
};
