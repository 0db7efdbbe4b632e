import { z } from 'zod';

const text = z.string().optional().catch(undefined);
/** Google's ids are integers of 64 bits. One that has lost digits is worse than none. */
const id = z
  .union([z.string(), z.int().transform(String)])
  .optional()
  .catch(undefined);

const column = z.object({ column_id: text, column_name: text, string_value: text });

/** What is read of a lead. Google asks to pass over what is not known; what is not as it says is left out. */
export const lead = z.object({
  lead_id: id.describe('What comes with the same one again is the same lead.'),
  user_column_data: z
    .array(z.unknown())
    .catch([])
    .transform((columns) => columns.flatMap((each) => column.safeParse(each).data ?? [])),
  is_test: z.boolean().catch(false).describe('Of a lead that Google sends for a test nothing is kept.'),
  lead_submit_time: text,
  api_version: text,
  form_id: id,
  campaign_id: id,
  adgroup_id: id,
  creative_id: id,
  asset_group_id: id,
  gcl_id: text,
  lead_stage: text,
});

export type Column = z.output<typeof column>;

export const leadBody = lead
  .extend({
    lead_id: lead.shape.lead_id.nonoptional(),
    google_key: z.string().describe('The secret of this source, as it is written into the form.'),
    user_column_data: z
      .array(column)
      .describe('What was answered. One has to be of the `column_id` `EMAIL` or `WORK_EMAIL`.'),
  })
  .describe(
    'One lead. What is not as described here is left out. Consent is the answer to the question that is named in `causeway.yaml`; without it nothing of the lead is kept.',
  );
