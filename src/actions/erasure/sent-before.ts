import { z } from 'zod';

/** An effect of before: its key, where it went, since when it was tried, and its receipt, if there ever was one. */
export const sentBefore = <Receipt extends z.ZodType<Readonly<Record<string, string>>>>(receipt: Receipt) =>
  z.strictObject({ key: z.string(), address: z.string(), sinceMs: z.number(), receipt: receipt.nullable() });
