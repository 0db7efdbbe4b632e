import type { Call } from './call.ts';
import type { CompanyDirectoryPort, PeopleEnrichmentPort } from './people-ports.ts';
import type { LeadCriteria } from '../domain/lead-search.ts';
import type { CrmObjectType } from '../domain/property-change.ts';
import type { AccountFacts, ContactFacts, DealFacts, IntentFacts, OwnerFacts } from '../domain/facts.ts';

export type { Call } from './call.ts';
export type * from './people-ports.ts';

/** A call with an effect; `key` marks the effect at the provider so that it can be found again. */
export interface EffectCall extends Call {
  key: string;
}

/** What a provider gave us to recognise the effect by: ids only. */
export type Receipt = Readonly<Record<string, string>>;

/** A property of one object of the CRM. */
export interface CrmField {
  objectType: CrmObjectType;
  objectId: string;
  property: string;
}

export interface OpenTask {
  id: string;
  subject: string;
}

/** Where deals, contacts, companies and owners are read, and properties written. Every method throws `VendorError`; kind `NotFound` when the object is gone. */
export interface CrmPort {
  /**
   * Up to 100 deals with the ids of their first contact and company and of their tasks; the stage is the label of the pipeline,
   * lower-case. Those that are gone are not among them.
   */
  readDeals(dealIds: readonly string[], call: Call): Promise<readonly DealFacts[]>;
  /** Up to 100 contacts in one request; those that are gone are not among them. */
  readContacts(contactIds: readonly string[], call: Call): Promise<readonly ContactFacts[]>;
  /** Up to 100 companies in one request; those that are gone are not among them. */
  readAccounts(accountIds: readonly string[], call: Call): Promise<readonly AccountFacts[]>;
  /** Those of up to 100 tasks that are not completed, and what they are called. */
  readOpenTasks(taskIds: readonly string[], call: Call): Promise<readonly OpenTask[]>;
  /** The contact with this address gets these properties; it is made where there is none. Receipt: `contactId`. */
  upsertContact(email: string, properties: Readonly<Record<string, string>>, call: EffectCall): Promise<Receipt>;
  /** The contact with this address as it stands, with the properties that are named; `null` where there is none. */
  findContact(
    email: string,
    properties: readonly string[],
    call: Call,
  ): Promise<{ id: string; properties: Readonly<Record<string, string | null>> } | null>;
  /** Deletes a contact for good, as the law wants it; one that is not there is as good as deleted. Receipt: `contact`. */
  eraseContact(contact: { email: string } | { contactId: string }, call: EffectCall): Promise<Receipt>;
  readOwner(ownerId: string, call: Call): Promise<OwnerFacts>;
  /** One property as it stands; `null` when it is empty, or when there is no such property. */
  readField(field: CrmField, call: Call): Promise<string | null>;
  /** Sets one property; empty text clears it. Receipt: `objectType`, `objectId`, `property`. */
  writeField(field: CrmField, value: string, call: EffectCall): Promise<Receipt>;
}

/** Who or what signs of interest are about; at least one of the two. */
export interface IntentSubject {
  accountId?: string | undefined;
  contactId?: string | undefined;
}

/** Where somebody else than we saw signs of interest. */
export interface IntentPort {
  /** The signs of the last `days`. Throws `VendorError`. */
  recentIntent(subject: IntentSubject, days: number, call: Call): Promise<IntentFacts>;
}

/** Keeps requests to one provider within its limit, over all processes. */
export interface RequestLimit {
  /** Resolves when one more request may be sent. Throws `VendorError` of kind `Throttled` if that is not within `timeoutMs`. */
  admit(call: Call): Promise<void>;
  /** The provider itself says that it is too much: nobody asks it for so long. */
  pause(pauseMs: number): Promise<void>;
}

/** One message to one person or channel. `blocks` are Slack Block Kit, `text` is what a notification shows. */
export interface ChatMessage {
  text: string;
  blocks: readonly Record<string, unknown>[];
}

export interface ChatPort {
  /** The channel to write to a person in, by e-mail; `null` when the workspace has nobody with that address. */
  findPerson(email: string, call: Call): Promise<string | null>;
  /** Posts with `key` in the message's metadata. Receipt: `channel`, `ts`. */
  post(channel: string, message: ChatMessage, call: EffectCall): Promise<Receipt>;
  /** The message in `channel` whose metadata carry the key, if it was posted after `sinceMs` (epoch milliseconds). */
  findPost(channel: string, key: string, sinceMs: number, call: Call): Promise<Receipt | null>;
  /** Deletes a message of ours; one that is not there is as good as deleted. */
  deletePost(channel: string, ts: string, call: Call): Promise<void>;
}

export interface MailDraft {
  /** Absent: the draft is left without an addressee. */
  to?: string;
  subject: string;
  text: string;
}

export interface MailDraftPort {
  /** Makes a draft in `mailbox` with a Message-ID built from the key. Receipt: `draftId`, `messageId`. */
  createDraft(mailbox: string, draft: MailDraft, call: EffectCall): Promise<Receipt>;
  /** The draft in `mailbox` with that key's Message-ID. */
  findDraft(mailbox: string, key: string, call: Call): Promise<Receipt | null>;
  /** Deletes a draft; one that is not there, since it was sent, is left alone. */
  deleteDraft(mailbox: string, draftId: string, call: Call): Promise<void>;
}

/** What a model is asked. `user` holds the data; `jsonSchema` is what the answer has to fit. */
export interface ModelQuestion extends Call {
  model: string;
  system: string;
  user: string;
  schemaName: string;
  jsonSchema: Readonly<Record<string, unknown>>;
  maxOutputTokens: number;
  temperature: number;
}

export interface ModelAnswer {
  /** `refused` also when a content filter cut the answer off. */
  status: 'completed' | 'refused' | 'truncated';
  /** What it said, however it ended; for `completed` a JSON text, unless the model failed its schema. */
  text: string;
  usage: { inputTokens: number; outputTokens: number };
  /** The version that answered. */
  model: string;
  requestId: string | null;
}

export interface ModelPort {
  /** Asks once. Throws `VendorError`. */
  ask(question: ModelQuestion): Promise<ModelAnswer>;
}

export interface WebhookPort {
  /** Sends one message under its key, by which the receiver knows it again. Receipt: `webhookId`, `status`. */
  send(message: { type: string; data: Readonly<Record<string, unknown>> }, call: EffectCall): Promise<Receipt>;
}

/** One lead as analysts read it: the columns of the table of leads that they need, by their names there. */
export interface WarehouseLead {
  tenant_id: string;
  lead_id: string;
  event_id: string;
  source: string;
  received_at: Date;
  created_at: Date;
  /** Of two rows of one event the one that was updated later holds, whichever was put last. */
  updated_at: Date;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  phone: string | null;
  message: string | null;
  submission_type: string | null;
  consent: boolean;
  user_agent: string | null;
  geo_country: string | null;
  geo_city: string | null;
  utm_source: string | null;
  utm_medium: string | null;
  utm_campaign: string | null;
  utm_content: string | null;
  utm_term: string | null;
  metadata: Readonly<Record<string, unknown>> | null;
}

/** Days of `received_at` in UTC, as `2026-03-31`, both included; an end that is absent is open. */
export interface WarehouseDays {
  from?: string | undefined;
  to?: string | undefined;
}

export interface WarehouseQuery extends Call, WarehouseDays {
  maxRows: number;
}

/** Rows in the order of `columns`; timestamps, decimals and whole numbers beyond 2^53 as text. */
export interface WarehouseAnswer {
  columns: readonly string[];
  rows: readonly (readonly unknown[])[];
  /** Whether there were more rows than were asked for. */
  cut: boolean;
}

/** What one day was brought down to. */
export interface CompactedDay {
  day: string;
  files: number;
  rows: number;
}

/** Where analysts read leads: one row for each lead event. Every method throws `VendorError`. */
export interface WarehousePort {
  /** Puts the row of one event; a row that is put again replaces the earlier one. Receipt: `file`. */
  put(row: WarehouseLead, call: Call): Promise<Receipt>;
  /**
   * Removes every row of these events from every file and says how many rows went. The caller has seen to it that none of
   * them is still being put.
   */
  erase(eventIds: readonly string[], call: Call): Promise<number>;
  /** Those of these events of which anything is left, an unfinished file included. */
  holds(eventIds: readonly string[], call: Call): Promise<readonly string[]>;
  /** The files in which one of these texts is found, in a value (upper or lower case) or in the plain bytes. */
  filesWith(texts: readonly string[], call: Call): Promise<readonly string[]>;
  /** Makes one file of the many of each day; days that have no more than one are left alone. */
  compact(days: WarehouseDays, call: Call): Promise<readonly CompactedDay[]>;
  /** One SELECT over the view `leads`, which reaches nothing else. Throws `QueryRefused` for what it may not do. */
  query(sql: string, query: WarehouseQuery): Promise<WarehouseAnswer>;
}

/** One lead as it is searched: the fields of the index by their names. */
export interface SearchDocument {
  tenant_id: string;
  id: string;
  event_id: string;
  received_at: Date;
  source: string;
  first_name: string | null;
  last_name: string | null;
  email: string;
  phone: string | null;
  message: string | null;
  submission_type: string | null;
  geo_country: string | null;
  geo_city: string | null;
  utm_campaign: string | null;
}

/** A document and how old it is: of two of one lead the one that was updated later holds, whichever is written last. */
export interface VersionedDocument {
  document: SearchDocument;
  updatedAt: Date;
}

export interface SearchRequest extends Call {
  tenantId: string;
  criteria: LeadCriteria;
  /** Goes on behind this lead. */
  after?: { at: string; id: string } | undefined;
  limit: number;
}

export interface SearchStatus {
  /** What answers: `OpenSearch 2.19.1`. */
  engine: string;
  /** The index that is searched; `null` until one is made. */
  index: string | null;
  documents: number;
}

/**
 * Where leads are searched, by the ids of their rows. There is one index for all tenants; it is made when it is first written to.
 * Every method throws `VendorError`.
 */
export interface SearchPort {
  /** Writes one document; an older one never replaces a newer. Receipt: `document`. */
  index(versioned: VersionedDocument, call: Call): Promise<Receipt>;
  /**
   * Removes these leads, also from an index that is being built, and says how many were there. What was under way for one of them is
   * refused for ten minutes after it; the caller has seen to it that nothing begins anew.
   */
  erase(leadIds: readonly string[], call: Call): Promise<number>;
  /** Those of these leads of which a document is left. */
  holds(leadIds: readonly string[], call: Call): Promise<readonly string[]>;
  /** The ids of the documents in which one of these texts is found, in whichever field, upper or lower case. */
  documentsWith(texts: readonly string[], call: Call): Promise<readonly string[]>;
  /** The leads that fit, newest first, without what was written within the last second. */
  search(request: SearchRequest): Promise<readonly { id: string; receivedAt: string }[]>;
  status(call: Call): Promise<SearchStatus>;
  /** Makes an empty index beside the one that is searched, in place of any other that was begun, and says what it is called. */
  beginIndex(call: Call): Promise<string>;
  /** Writes into that index what is not there in a newer version. */
  fillIndex(index: string, documents: readonly VersionedDocument[], call: Call): Promise<void>;
  /** From one moment to the next that index is written to and searched; the former ones are removed. */
  adoptIndex(index: string, call: Call): Promise<void>;
  /** The ids in the index that is searched, in their order, from behind `after` on. */
  listIds(after: string | undefined, limit: number, call: Call): Promise<readonly string[]>;
}

/** A store beside PostgreSQL that has copies of leads, by their ids. */
export interface LeadCopies {
  name: 'warehouse' | 'search';
  /** Says how many rows or documents went. */
  erase(leadIds: readonly string[], call: Call): Promise<number>;
  /** Those of these leads of which anything is left. */
  holds(leadIds: readonly string[], call: Call): Promise<readonly string[]>;
}

export interface Ports {
  crm: CrmPort;
  intent: IntentPort;
  chat: ChatPort;
  mail: MailDraftPort;
  /** Whoever is told of every lead; absent where nobody is set up. */
  marketing?: WebhookPort | undefined;
  assistant?: WebhookPort | undefined;
  /** Who works where; absent where no provider is set up. */
  companies?: CompanyDirectoryPort | undefined;
  /** How people are reached; absent where no provider is set up. */
  people?: PeopleEnrichmentPort | undefined;
  /** Where leads are copied for analysts; absent where there is none. */
  warehouse?: WarehousePort | undefined;
  /** Where leads are searched; absent where there is no engine. */
  search?: SearchPort | undefined;
}
