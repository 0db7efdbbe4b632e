/** What enrichment found out about the objects of an event. A field that is absent is unknown, never false or empty. */
export interface Facts {
  deal?: DealFacts;
  contact?: ContactFacts;
  account?: AccountFacts;
  owner?: OwnerFacts;
  /** What could not be found, and why: `deal: HubSpotNotFound`. */
  gaps: readonly string[];
  /** Who said so, and when (ISO 8601). */
  provider: string;
  fetchedAt: string;
}

export interface DealFacts {
  id: string;
  name?: string;
  /** The pipeline's label of the stage, lower-case: `negotiation`; the internal id is `stageId`. */
  stage?: string;
  stageId?: string;
  /** ISO 8601. */
  closeDate?: string;
  enteredStageAt?: string;
  lastActivityAt?: string;
  competitors?: readonly string[];
  ownerId?: string;
  contactId?: string;
  accountId?: string;
}

export interface ContactFacts {
  id: string;
  email?: string;
  firstName?: string;
  lastName?: string;
}

export interface AccountFacts {
  id: string;
  name?: string;
}

export interface OwnerFacts {
  id: string;
  email?: string;
  firstName?: string;
}
