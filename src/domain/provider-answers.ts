import { z } from 'zod';

const text = z.string().nullable();

const position = z.strictObject({
  companyId: text,
  companyName: text,
  companyDomain: text,
  title: text,
  isCurrent: z.boolean(),
  from: text,
  to: text,
});

/** What the directory of companies said of one of its people, as it was paid for; null: there is nobody any more. */
export const directoryAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    title: text,
    email: text,
    profileUrl: text,
    positions: z.array(position).readonly(),
    updatedAt: text,
  })
  .nullable();
export type DirectoryAnswer = z.infer<typeof directoryAnswer>;

/** What was said when somebody was asked for by whom addresses are known; what was found is kept with the person. */
export const contactAnswer = z.strictObject({
  kind: z.enum(['found', 'unknown', 'withheld']),
  companyName: text,
  companyDomain: text,
});
export type ContactAnswer = z.infer<typeof contactAnswer>;
