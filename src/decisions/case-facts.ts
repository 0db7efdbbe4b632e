import { z } from 'zod';
import { facts } from '../domain/facts.ts';

/** Facts as a case writes them: strict, so that a misspelt fact is no missing one; `null` is a fact that nobody has. */
export const caseFacts = z.preprocess(
  withoutNulls,
  facts.extend({
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
