import { z } from 'zod';

const text = z.string().exactOptional();

/** Facts as a case writes them: strict, so that a misspelt fact is no missing one; `null` is a fact that nobody has. */
export const caseFacts = z.preprocess(
  withoutNulls,
  z.strictObject({
    deal: z
      .strictObject({
        id: z.string(),
        name: text,
        stage: text,
        stageId: text,
        closeDate: text,
        enteredStageAt: text,
        lastActivityAt: text,
        competitors: z.array(z.string()).exactOptional(),
        ownerId: text,
        contactId: text,
        accountId: text,
      })
      .exactOptional(),
    contact: z.strictObject({ id: z.string(), email: text, firstName: text, lastName: text }).exactOptional(),
    account: z.strictObject({ id: z.string(), name: text }).exactOptional(),
    owner: z.strictObject({ id: z.string(), email: text, firstName: text }).exactOptional(),
    gaps: z.array(z.string()).default([]),
    provider: z.string().default('case'),
    fetchedAt: z.iso.datetime().default('2026-01-01T00:00:00Z'),
  }),
);

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const known = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(known.map(([key, item]) => [key, withoutNulls(item)]));
}
