import { z } from 'zod';

/** What became of one event of a request. A duplicate carries the first one's id. */
export const receivedEvent = z.discriminatedUnion('status', [
  z.object({
    id: z.string().describe('`GET /api/v1/events/<id>` says what becomes of it. A duplicate has the id of the first.'),
    status: z
      .enum(['accepted', 'duplicate', 'conflict'])
      .describe(
        'accepted: it is new, and stored. duplicate: it came before, and nothing is done again. conflict: it came before with another content, and that stands.',
      ),
    workflowId: z
      .string()
      .describe(
        'Absent where none carries it out: it ended at the door, or is decided in a batch that is not known yet.',
      )
      .exactOptional(),
  }),
  z.object({
    id: z.string().describe('Of the violation: `GET /ops/violations` lists it. There is no event.'),
    status: z.literal('violation').describe('It does not fit, and nothing is done about it.'),
    error: z.object({
      path: z.string().describe('Which field of the body, as `[3].occurredAt`.'),
      message: z.string(),
    }),
  }),
]);
export type ReceivedEvent = z.infer<typeof receivedEvent>;

/** The answer to a request with events: counts, then one entry an event in the sender's order. `rejected` counts conflicts and violations. */
export const receipt = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  rejected: z.number().describe('Conflicts and violations.'),
  events: z.array(receivedEvent).describe('One entry an event, in the order of the request.'),
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
