import type { Call, Receipt } from './call.ts';
import type { CompanyDirectoryPort, PeopleEnrichmentPort } from './people-ports.ts';
import type { SearchPort, WarehousePort } from './store-ports.ts';
import type { CrmObjectType } from '../domain/property-change.ts';
import type { AccountFacts, ContactFacts, DealFacts, IntentFacts, OwnerFacts } from '../domain/facts.ts';

export type * from './call.ts';
export type * from './people-ports.ts';
export type * from './store-ports.ts';

/** A call with an effect; `key` marks the effect at the provider so that it can be found again. */
export interface EffectCall extends Call {
  key: string;
}

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
