import { z } from 'zod';

/** What became of one event of a request. A duplicate carries the first one's id. */
export const receivedEvent = z.discriminatedUnion('status', [
  z.object({
    id: z.string(),
    status: z.enum(['accepted', 'duplicate', 'conflict']),
    /** Absent for an event that is decided in a batch: which one is not known yet. */
    workflowId: z.string().exactOptional(),
  }),
  z.object({
    id: z.string(),
    status: z.literal('violation'),
    error: z.object({ path: z.string(), message: z.string() }),
  }),
]);
export type ReceivedEvent = z.infer<typeof receivedEvent>;

/** The answer to a request with events: counts, then one entry an event in the sender's order. `rejected` counts conflicts and violations. */
export const receipt = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  rejected: z.number(),
  events: z.array(receivedEvent),
});
export type Receipt = z.infer<typeof receipt>;

export function receiptOf(events: ReceivedEvent[]): Receipt {
  const count = (...statuses: ReceivedEvent['status'][]) =>
    events.filter(({ status }) => statuses.includes(status)).length;
  return {
    accepted: count('accepted'),
    duplicates: count('duplicate'),
    rejected: count('conflict', 'violation'),
    events,
  };
}
