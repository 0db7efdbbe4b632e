import { z } from 'zod';
import { faultSchema } from './fault.ts';

/** One thing that a vendor would really have done. `at` is ISO 8601. */
export const effectSchema = z.object({
  connector: z.string(),
  operation: z.string(),
  key: z.string().min(1),
  target: z.string(),
  at: z.string(),
  body: z.unknown(),
});

/** What can happen to the sandbox's state; everything it knows is the fold of these. */
export const changeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('call'), connector: z.string(), operation: z.string(), times: z.number().int() }),
  z.object({ kind: z.literal('effect'), effect: effectSchema }),
  z.object({ kind: z.literal('put'), collection: z.string(), id: z.string(), value: z.unknown() }),
  z.object({ kind: z.literal('remove'), collection: z.string(), id: z.string() }),
  z.object({ kind: z.literal('blank'), connector: z.string(), target: z.string() }),
  z.object({ kind: z.literal('blank-key'), connector: z.string(), key: z.string() }),
  z.object({ kind: z.literal('fault'), fault: faultSchema }),
  z.object({ kind: z.literal('fault-used'), id: z.string() }),
]);

export type Effect = z.infer<typeof effectSchema>;
export type Change = z.infer<typeof changeSchema>;
