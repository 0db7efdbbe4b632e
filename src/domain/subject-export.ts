import { z } from 'zod';
import type { PlannedAction } from './decision.ts';

/** How many events one export shows at the most: the latest. */
export const maxEventsPerExport = 1_000;

/** Whom each action tells. */
export const receiverOf: Readonly<Record<PlannedAction['type'], string>> = {
  draft_followup: 'Gmail',
  notify_ae: 'Slack',
  update_crm_field: 'HubSpot',
  upsert_contact: 'HubSpot',
  send_to_marketing: 'Marketing',
  send_to_assistant: 'Assistant',
  index_lead: 'Search',
  store_lead: 'Warehouse',
  notify_buyer_group: 'Slack',
  draft_buyer_group: 'Gmail',
  erase_contact: 'HubSpot',
  tell_marketing_of_erasure: 'Marketing',
  tell_assistant_of_erasure: 'Assistant',
  delete_message: 'Slack',
  delete_draft: 'Gmail',
};

const done = z.object({
  action: z.string(),
  /** Who was told; `null` for an action that is no more. */
  receiver: z.string().nullable(),
  state: z.string(),
  at: z.string(),
  receipt: z.record(z.string(), z.string()).nullable(),
});

const event = z.object({
  id: z.string(),
  source: z.string(),
  type: z.string(),
  state: z.string(),
  outcome: z.string().nullable(),
  receivedAt: z.string(),
  finishedAt: z.string().nullable(),
});

/** All that is held of one person, for that person. What is `null` was blanked since. Times are ISO 8601. */
export const subjectExport = z.object({
  id: z.string(),
  at: z.string(),
  leads: z.array(z.record(z.string(), z.unknown())),
  /** About the person, the latest first: what was sent, what was found out, what was decided, what was done and who was told. */
  events: z.array(
    event.extend({
      sent: z.unknown(),
      facts: z.unknown(),
      decisions: z.array(z.object({ decidedAt: z.string(), inForce: z.boolean(), decision: z.unknown() })),
      effects: z.array(done),
      modelCalls: z.array(
        z.object({
          at: z.string(),
          model: z.string(),
          verdict: z.string().nullable(),
          asked: z.unknown(),
          answered: z.unknown(),
        }),
      ),
    }),
  ),
  /** About something else, such as a deal, whose contact the person was: what was known of them, and the messages that may name them. */
  namedIn: z.array(event.extend({ contact: z.unknown(), effects: z.array(done) })),
  consents: z.array(z.object({ purpose: z.string(), granted: z.boolean(), source: z.string(), at: z.string() })),
  /** What a provider said of the person, kept for a few minutes. */
  cached: z.array(z.object({ provider: z.string(), kind: z.string(), at: z.string(), value: z.unknown() })),
  /** Other stores with copies of the leads, by their ids; `ids` is `null` where the store did not answer. */
  copies: z.array(z.object({ store: z.string(), ids: z.array(z.string()).nullable() })),
  erasedBefore: z.array(z.string()),
  /** There are more leads or events than one export shows. */
  cut: z.boolean(),
});
export type SubjectExport = z.infer<typeof subjectExport>;
