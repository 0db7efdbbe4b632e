import { z } from 'zod';
import { leadEvent } from './lead.ts';
import { metadataLevels } from './lead-metadata.ts';

/**
 * The schema of a lead for senders: `lead-event.schema.json`. What fits it is taken, but for what JSON Schema cannot say: how many
 * bytes the metadata are, halves of surrogate pairs, and times that are too early or ahead. White space around a text is our leniency.
 */
export const leadJsonSchema = (): Record<string, unknown> => ({
  // Where every installation serves it; hosts differ.
  $id: '/schemas/lead-event.json',
  ...z.toJSONSchema(leadEvent, { target: 'draft-7', io: 'input', unrepresentable: 'any' }),
  definitions: metadataLevels,
});
