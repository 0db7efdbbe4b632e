import { z } from 'zod';

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
  ownerId: text,
  contactId: text,
  accountId: text,
});
export type DealFacts = z.infer<typeof dealFacts>;

export const contactFacts = z.strictObject({ id: z.string(), email: text, firstName: text, lastName: text });
export type ContactFacts = z.infer<typeof contactFacts>;

export const accountFacts = z.strictObject({ id: z.string(), name: text });
export type AccountFacts = z.infer<typeof accountFacts>;

export const ownerFacts = z.strictObject({ id: z.string(), email: text, firstName: text });
export type OwnerFacts = z.infer<typeof ownerFacts>;

/** What enrichment found out about the objects of an event. A field that is absent is unknown, never false or empty. */
export const facts = z.strictObject({
  deal: dealFacts.exactOptional(),
  contact: contactFacts.exactOptional(),
  account: accountFacts.exactOptional(),
  owner: ownerFacts.exactOptional(),
  /** What could not be found, and why: `deal: HubSpotNotFound`. */
  gaps: z.array(z.string()).readonly(),
  /** Who said so, and when (ISO 8601). */
  provider: z.string(),
  fetchedAt: z.iso.datetime(),
});
export type Facts = z.infer<typeof facts>;
