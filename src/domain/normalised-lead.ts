import type { LeadEvent, UtmField } from './lead.ts';

type SentColumn =
  | 'event_id'
  | 'first_name'
  | 'last_name'
  | 'phone'
  | 'message'
  | 'submission_type'
  | 'user_agent'
  | 'metadata';
type NullFor<Key extends keyof LeadEvent> = { [Column in Key]: NonNullable<LeadEvent[Column]> | null };

/** A lead in the columns of `leads`, as it was sent; `null` where nothing was. What we made of it is in `normalised`. */
export interface NormalisedLead
  extends
    Pick<LeadEvent, 'idempotency_key' | 'source' | 'email'>,
    NullFor<SentColumn>,
    Record<UtmField, string | null> {
  consent: boolean;
  normalised: LeadTwins;
}

/** What was sent, made comparable. It goes beside the columns and never in their place. */
export interface LeadTwins {
  /** The address to write to: the domain in the ASCII form of IDNA, lower-case. */
  email: string;
  /** Equal for two addresses of one mailbox, as far as we can tell; nothing to write to. */
  email_key: string;
  /** The domain, or one above it, gives out mailboxes for minutes. */
  disposable: boolean;
  /** E.164: `+4930901820`. `null` where the phone is no number that exists in its country. */
  phone_e164: string | null;
  /** Whole values of the UTM fields that are cut in their columns. */
  utm_cut: Partial<Record<UtmField, string>>;
  /** Browser, system and kind of device: `Chrome on Windows, desktop`. `null` where they are not known. */
  device: string | null;
}
