import { z } from 'zod';
import { groupRoles, jobFunctions, seniorities } from './buyer-group.ts';
import type { PlannedAction } from './decision.ts';
import { knownPerson } from './known-person.ts';

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

const company = z.object({ id: z.string(), name: z.string().nullable(), domain: z.string().nullable() });
const role = z.enum(groupRoles).nullable();

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
  /** Who the person is, as events and providers told it. */
  people: z.array(z.object({ updatedAt: z.string(), known: knownPerson })),
  /** The buyer groups that the person is in, or was until `leftAt`. */
  groups: z.array(
    z.object({
      company,
      role,
      /** Why this part. */
      because: z.string(),
      functions: z.array(z.enum(jobFunctions)),
      seniority: z.enum(seniorities).nullable(),
      confidence: z.number(),
      /** Who says so. */
      sources: z.array(z.string()),
      /** As the last refresh saw it, and as an event told it last. */
      title: z.string().nullable(),
      toldTitle: z.string().nullable(),
      move: z.string().nullable(),
      movedAt: z.string().nullable(),
      joinedAt: z.string().nullable(),
      leftAt: z.string().nullable(),
      firstSeenAt: z.string(),
      lastSeenAt: z.string().nullable(),
    }),
  ),
  groupChanges: z.array(
    z.object({
      company,
      kind: z.string(),
      fromRole: role,
      toRole: role,
      titles: z.object({ from: z.string(), to: z.string() }).nullable(),
      at: z.string(),
    }),
  ),
  /** Refreshes of a group of which the person wanted to be told, and where. */
  refreshRequests: z.array(z.object({ jobId: z.string(), company, address: z.string().nullable(), at: z.string() })),
  /** What a provider said of the person: for a few minutes, or as long as what was paid for is used again. */
  cached: z.array(z.object({ provider: z.string(), kind: z.string(), at: z.string(), value: z.unknown() })),
  /** Other stores with copies of the leads, by their ids; `ids` is `null` where the store did not answer. */
  copies: z.array(z.object({ store: z.string(), ids: z.array(z.string()).nullable() })),
  erasedBefore: z.array(z.string()),
  /** There is more of something than one export shows. */
  cut: z.boolean(),
});
export type SubjectExport = z.infer<typeof subjectExport>;
