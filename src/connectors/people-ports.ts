import type { Call } from './call.ts';

/** What a call cost at a provider that is paid by credits. */
export interface Credits {
  charged: number;
  /** How many are left; null where the provider does not say so in this answer. */
  remaining: number | null;
}

export interface Charged<Value> {
  value: Value;
  credits: Credits;
}

/** What is known of a company, one of it at least. The id is the provider's own. */
export interface CompanyReference {
  id?: string | undefined;
  domain?: string | undefined;
  name?: string | undefined;
}

export interface CompanyRecord {
  id: string;
  name: string;
  /** As DNS has it, lower-case, without www. */
  domain: string | null;
  industry: string | null;
  employees: number | null;
  country: string | null;
}

/** A position of somebody; days and times are as the provider writes them. */
export interface PositionRecord {
  companyId: string | null;
  companyName: string | null;
  companyDomain: string | null;
  title: string | null;
  isCurrent: boolean;
  from: string | null;
  to: string | null;
}

export interface PersonRecord {
  /** The provider's own. */
  id: string;
  name: string;
  /** In the current position. */
  title: string | null;
  email: string | null;
  profileUrl: string | null;
  /** As the provider orders them, current ones among them. */
  positions: readonly PositionRecord[];
  /** When the provider looked last. */
  updatedAt: string | null;
}

export interface MemberPage {
  /** Ids of people, by which `readMember` knows them. */
  ids: readonly string[];
  /** Where the next page begins; null: this was the last. */
  next: string | null;
  /** Of all pages; null where it is not told. */
  total: number | null;
}

/** Where companies are known with who works there. Every method throws `VendorError`; `PaymentRequired` when the credits are used up. */
export interface CompanyDirectoryPort {
  /** The company by the id, else by the domain, else by the name; null when it is not known, or the name is that of several. */
  resolveCompany(reference: CompanyReference, call: Call): Promise<Charged<CompanyRecord | null>>;
  /** Who works there now, up to 1,000 ids a page in a lasting order. Free of charge. */
  listMembers(
    companyId: string,
    page: { next: string | null; limit: number },
    call: Call,
  ): Promise<Charged<MemberPage>>;
  /** One person, with the positions; null when nobody knows the person any more. */
  readMember(personId: string, call: Call): Promise<Charged<PersonRecord | null>>;
  /** Whether the provider answers and takes our key, free of charge. */
  health(call: Call): Promise<Credits>;
}

/** By what somebody can be found: one of the first three, or both names with a company. */
export interface PersonReference {
  /** The provider's own. */
  id?: string | undefined;
  email?: string | undefined;
  profileUrl?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  companyDomain?: string | undefined;
  companyName?: string | undefined;
}

export interface EnrichedPerson {
  /** The provider's own. */
  id: string | null;
  name: string | null;
  title: string | null;
  emails: readonly string[];
  /** Those that may be called. */
  phones: readonly string[];
  profileUrl: string | null;
  companyName: string | null;
  companyDomain: string | null;
}

/** `withheld`: the provider may not tell of the person, which asking again does not change. */
export type PersonAnswer = { kind: 'found'; person: EnrichedPerson } | { kind: 'unknown' } | { kind: 'withheld' };

/** Where people are found with what they can be reached by. Every method throws `VendorError`; `PaymentRequired` when the credits are used up. */
export interface PeopleEnrichmentPort {
  /** Charged only when somebody is found. */
  enrichPerson(reference: PersonReference, call: Call): Promise<Charged<PersonAnswer>>;
  /** Whether the provider answers and takes our key, free of charge. Lusha allows it five times a minute. */
  health(call: Call): Promise<Credits>;
}
