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
  lead_id: id,
  user_column_data: z
    .array(z.unknown())
    .catch([])
    .transform((columns) => columns.flatMap((each) => column.safeParse(each).data ?? [])),
  is_test: z.boolean().catch(false),
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
