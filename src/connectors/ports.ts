import type { AccountFacts, ContactFacts, DealFacts, OwnerFacts } from '../domain/facts.ts';

/** Every call is bounded: it ends, with a result or a `VendorError` of kind `Timeout`, within `timeoutMs`. */
export interface Call {
  timeoutMs: number;
}

/** A call with an effect; `key` marks the effect at the provider so that it can be found again. */
export interface EffectCall extends Call {
  key: string;
}

/** What a provider gave us to recognise the effect by: ids only. */
export type Receipt = Readonly<Record<string, string>>;

/** Where deals, contacts, companies and owners are read. Every method throws `VendorError`; kind `NotFound` when the object is gone. */
export interface CrmPort {
  /** The deal with the ids of its first contact and company; the stage is the label of its pipeline, lower-case. */
  readDeal(dealId: string, call: Call): Promise<DealFacts>;
  readContact(contactId: string, call: Call): Promise<ContactFacts>;
  readAccount(accountId: string, call: Call): Promise<AccountFacts>;
  readOwner(ownerId: string, call: Call): Promise<OwnerFacts>;
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
}

export interface Ports {
  crm: CrmPort;
  chat: ChatPort;
  mail: MailDraftPort;
}
