import { z } from 'zod';
import { createCollection } from '../collection.ts';

/** A structured argument: the client sends it as JSON text inside a form, others as plain JSON. */
export function structured<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }, schema);
}

export const blocksSchema = z.array(z.record(z.string(), z.unknown())).max(50);
export const metadataSchema = z.object({
  event_type: z.string().min(1),
  event_payload: z.record(z.string(), z.unknown()),
});

export const messages = createCollection(
  'slack/messages',
  z.object({
    channel: z.string(),
    ts: z.string(),
    text: z.string(),
    blocks: blocksSchema.optional(),
    metadata: metadataSchema.optional(),
    thread_ts: z.string().optional(),
  }),
);

/** Channels by name; there is one as soon as somebody wrote to it. */
export const channels = createCollection('slack/channels', z.object({ id: z.string(), name: z.string() }));
