import { z } from 'zod';

/** What `POST /_sandbox/faults` takes. `delayMs` belongs to `slow`, `status` to `status`. */
export const faultRequestSchema = z.strictObject({
  connector: z.string(),
  operation: z.string().optional(),
  fault: z.enum(['status', 'timeout', 'slow', 'lost-answer', 'malformed']),
  status: z.number().int().min(400).max(599).default(500),
  times: z.number().int().min(1).max(100_000).default(1),
  delayMs: z.number().int().min(0).max(600_000).default(30_000),
});

export const faultSchema = faultRequestSchema.extend({ id: z.string() });

export type Fault = z.infer<typeof faultSchema>;

/** The fault that applies to the next call: the first that arrived and is for this connector and operation. */
export function nextFault(faults: readonly Fault[], connector: string, operation: string): Fault | undefined {
  return faults.find(
    (fault) => fault.connector === connector && (fault.operation === undefined || fault.operation === operation),
  );
}

/** Whether the vendor still does what it was asked to; the others fail before anything happened. */
export function actsDespite(fault: Fault | undefined): boolean {
  return fault === undefined || fault.fault === 'slow' || fault.fault === 'lost-answer';
}
