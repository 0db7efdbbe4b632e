import type { ParsedBody, ParsedEvent, Violation } from '../../domain/incoming.ts';
import { epochMsOf } from '../../domain/epoch.ts';
import { hasConsent, type LeadEvent, readLead } from '../../domain/lead.ts';
import { isDeeperThan } from '../../domain/nesting.ts';

const maximumLeads = 100;
const maximumDepth = 32;

/** What a request tells of its leads beside its body. */
export interface Delivery {
  receivedAt: Date;
  /** The sender's address as the network has it; nothing in a body is believed about it. */
  ip: string;
  userAgent: string | undefined;
  /** The header `Idempotency-Key`, for one lead without a key of its own. */
  idempotencyKey: string | undefined;
  /** The sources that the sender may send for; `null`: any. */
  sources: readonly string[] | null;
}

/** Reads a body of `POST /ingest`: one lead, or an array of them. */
export function readLeads(body: unknown, delivery: Delivery): ParsedBody {
  if (typeof body !== 'object' || body === null) return refuse('Expected one lead, or an array of leads.');
  if (!Array.isArray(body)) return { kind: 'events', events: [parse(withKey(body, delivery), '', delivery)] };
  const items: readonly unknown[] = body;
  if (items.length > maximumLeads) {
    return refuse(`Expected up to ${maximumLeads} leads in a request, got ${items.length}: send them in several.`);
  }
  return { kind: 'events', events: items.map((item, index) => parse(item, `[${index}]`, delivery)) };
}

const consents = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && 'consent' in item && hasConsent(item.consent);

const refuse = (message: string): ParsedBody => ({ kind: 'refused', status: 400, message });

const withKey = (body: object, { idempotencyKey }: Delivery): object =>
  idempotencyKey === undefined || 'idempotency_key' in body ? body : { ...body, idempotency_key: idempotencyKey };

function parse(item: unknown, place: string, delivery: Delivery): ParsedEvent | Violation {
  const violation = (path: string, message: string): Violation => ({
    kind: 'violation',
    path: [place, path].filter((part) => part !== '').join('.'),
    message,
    // Of somebody who has not consented not even what did not fit is kept.
    raw: consents(item) ? item : { withheld: 'without consent' },
  });
  if (isDeeperThan(item, maximumDepth)) return violation('', `expected no more than ${maximumDepth} levels of nesting`);
  const read = readLead(item, delivery.receivedAt);
  if (!read.ok) return violation(read.path, read.message);
  if (delivery.sources && !delivery.sources.includes(read.lead.source)) {
    return violation('source', `this key may send for ${delivery.sources.join(', ')} only`);
  }
  return leadEvent(read.lead, delivery);
}

/** A lead as an event. Without consent nothing of it goes on but its hashes. */
function leadEvent(lead: LeadEvent, { receivedAt, ip, userAgent }: Delivery): ParsedEvent {
  const email = lead.email.toLowerCase();
  const isConsenting = hasConsent(lead.consent);
  const occurredMs = lead.occurred_at == null ? undefined : epochMsOf(lead.occurred_at);
  const client = { ip, ...(userAgent !== undefined && { user_agent: userAgent }) };
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
    ...(!isConsenting && { ending: 'no_consent' as const }),
    idempotencyKey: [lead.idempotency_key],
    fingerprint: [JSON.stringify(Object.entries(lead).toSorted(([a], [b]) => (a < b ? -1 : 1)))],
    // A keyed hash of the person is kept of nobody who has not consented.
    lane: isConsenting ? ['lead', email] : ['no-consent', lead.idempotency_key],
    subject: { kind: 'person', email, ...(lead.phone != null && { phone: lead.phone }) },
  };
}
