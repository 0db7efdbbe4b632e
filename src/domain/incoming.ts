import type { CanonicalEvent } from './event.ts';
import type { EventWorkflow } from './event-workflow.ts';

/**
 * What identifies the person an event is about, strongest first: the lower-case e-mail, else the phone, else an id at the sender.
 * `tenant` means that the event is about no person (a deal, a company, a ticket): it is sealed under the tenant's own key.
 */
export type SubjectIdentifiers =
  | { kind: 'tenant' }
  | { kind: 'person'; email?: string; phone?: string; external?: readonly string[] };

/** One event of a request, understood. */
export interface ParsedEvent {
  kind: 'event';
  event: CanonicalEvent;
  /** What makes this event the same event when it is sent again; hashed with tenant and source before it is stored. */
  idempotencyKey: readonly string[];
  /** The parts that a second delivery may not change; another fingerprint under the same key is a conflict. */
  fingerprint: readonly string[];
  /** Events of one lane are applied in the order of their acceptance. */
  lane: readonly string[];
  subject: SubjectIdentifiers;
  /** What carries it out; `gtmEvent` where nothing is said. */
  workflow?: EventWorkflow;
  /** Where it is known by an id already. */
  id?: string;
  /** 1 is first; where nothing is said, all are alike. */
  priority?: number;
  /** It ends at the door: nothing of it is kept but that it was there, and why it went no further. */
  ending?: 'no_consent';
  /** Its type is none that the source is known to send. It is kept as it is, and counted. */
  isUnlisted?: true;
}

/** One event of a request that does not fit its schema: `path` is a JSON path into the body, such as `[3].occurredAt`. */
export interface Violation {
  kind: 'violation';
  path: string;
  message: string;
  raw: unknown;
  /** Whom it says that it is from, where senders send for several. */
  source?: string;
}

/** What a source makes of a verified body; `refused` is an answer for the sender: nothing in it can be an event. */
export type ParsedBody =
  | { kind: 'events'; events: readonly (ParsedEvent | Violation)[] }
  | { kind: 'refused'; status: 400; message: string };
