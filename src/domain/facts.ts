import { z } from 'zod';
import { buyerGroupFacts } from './buyer-group-facts.ts';
import { capturedLead } from './captured-lead.ts';
import { erasureFacts } from './erasure.ts';
import { roleChange } from './role-change.ts';

const text = z.string().exactOptional();

export const dealFacts = z.strictObject({
  id: z.string(),
  name: text,
  /** The pipeline's label of the stage, lower-case: `negotiation`; the internal id is `stageId`. */
  stage: text,
  stageId: text,
  /** ISO 8601. */
  closeDate: text,
  enteredStageAt: text,
  lastActivityAt: text,
  competitors: z.array(z.string()).readonly().exactOptional(),
  taskIds: z.array(z.string()).readonly().exactOptional(),
  /** What the tasks that are not done yet are called; empty when all are done, or there is none. */
  openTasks: z.array(z.string()).readonly().exactOptional(),
  ownerId: text,
  contactId: text,
  accountId: text,
});
export type DealFacts = z.infer<typeof dealFacts>;

export const contactFacts = z.strictObject({ id: z.string(), email: text, firstName: text, lastName: text });
export type ContactFacts = z.infer<typeof contactFacts>;

export const accountFacts = z.strictObject({
  id: z.string(),
  name: text,
  employeeCount: z.int().nonnegative().exactOptional(),
  industry: text,
});
export type AccountFacts = z.infer<typeof accountFacts>;

export const ownerFacts = z.strictObject({ id: z.string(), email: text, firstName: text });
export type OwnerFacts = z.infer<typeof ownerFacts>;

/** Signs of interest of the account or the contact within the last `days`: how many, and of which types, the commonest first. */
export const intentFacts = z.strictObject({
  count: z.int().nonnegative(),
  types: z.array(z.string()).readonly(),
  days: z.int().positive(),
});
export type IntentFacts = z.infer<typeof intentFacts>;

/** Where one part of the facts is from, and how old it was. */
const factsSource = z.strictObject({ fetchedAt: z.iso.datetime(), cached: z.boolean() });

/** What enrichment found out about the objects of an event. A field that is absent is unknown, never false or empty. */
export const facts = z.strictObject({
  deal: dealFacts.exactOptional(),
  contact: contactFacts.exactOptional(),
  account: accountFacts.exactOptional(),
  owner: ownerFacts.exactOptional(),
  recentIntent: intentFacts.exactOptional(),
  /** Of a lead's event: the lead as it was captured. */
  lead: capturedLead.exactOptional(),
  /** Of a role change of which only the person was told: what was read. */
  roleChange: roleChange.exactOptional(),
  /** Of the refresh of a buyer group: what changed, and who is told. */
  buyerGroup: buyerGroupFacts.exactOptional(),
  /** Of an erasure: what was left of the person. */
  erasure: erasureFacts.exactOptional(),
  /** What could not be found, and why: `deal: HubSpotNotFound`. */
  gaps: z.array(z.string()).readonly(),
  /** Who said so, and when (ISO 8601): the oldest of the parts. */
  provider: z.string(),
  fetchedAt: z.iso.datetime(),
  /** By the name of the part: `deal`, `contact`, `account`, `owner`, `tasks`. */
  parts: z.record(z.string(), factsSource).exactOptional(),
});
export type Facts = z.infer<typeof facts>;
