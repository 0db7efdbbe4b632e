import type { ParsedEvent, Violation } from '../../domain/incoming.ts';
import { epochMsOf } from '../../domain/epoch.ts';
import { hasConsent, type LeadEvent, readLead } from '../../domain/lead.ts';
import { isDeeperThan } from '../../domain/nesting.ts';

const maximumDepth = 32;

/** What is known of a lead beside what it says of itself. */
export interface LeadOrigin {
  receivedAt: Date;
  /** What was sent, to be kept where no lead can be made of it. */
  raw: unknown;
  /** The address and the browser of the person, where they can be told from the request. */
  client?: { ip?: string; user_agent?: string };
}

/** A lead as an event. Without consent nothing of it goes on but its hashes, and nothing of it is kept when it does not fit. */
export function leadEventOf(sent: unknown, { receivedAt, raw, client = {} }: LeadOrigin): ParsedEvent | Violation {
  const violation = (path: string, message: string): Violation => ({
    kind: 'violation',
    path,
    message,
    raw: saysConsent(sent) ? raw : undefined,
  });
  if (isDeeperThan(sent, maximumDepth)) return violation('', `expected no more than ${maximumDepth} levels of nesting`);
  const read = readLead(sent, receivedAt);
  return read.ok ? eventOf(read.lead, receivedAt, client) : violation(read.path, read.message);
}

const saysConsent = (sent: unknown): boolean =>
  typeof sent === 'object' && sent !== null && 'consent' in sent && hasConsent(sent.consent);

function eventOf(lead: LeadEvent, receivedAt: Date, client: object): ParsedEvent {
  const email = lead.email.toLowerCase();
  const consents = hasConsent(lead.consent);
  const occurredMs = lead.occurred_at == null ? undefined : epochMsOf(lead.occurred_at);
  return {
    kind: 'event',
    event: {
      version: 1,
      source: lead.source,
      eventType: 'lead.submitted',
      objectType: 'lead',
      objectId: (lead.event_id ?? lead.idempotency_key).slice(0, 100),
      urgency: 'standard',
      confidence: 1,
      firedAt: new Date(occurredMs ?? receivedAt).toISOString(),
      receivedAt: receivedAt.toISOString(),
      payload: { lead, client },
    },
    workflow: 'leadIntake',
    ...(!consents && { ending: 'no_consent' as const }),
    idempotencyKey: [lead.idempotency_key],
    fingerprint: [JSON.stringify(Object.entries(lead).toSorted(([a], [b]) => (a < b ? -1 : 1)))],
    // A keyed hash of the person is kept of nobody who has not consented.
    lane: consents ? ['lead', email] : ['no-consent', lead.idempotency_key],
    subject: { kind: 'person', email, ...(lead.phone != null && { phone: lead.phone }) },
  };
}
