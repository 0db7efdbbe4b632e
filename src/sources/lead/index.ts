import type { ParsedBody, ParsedEvent, Violation } from '../../domain/incoming.ts';
import { leadEventOf } from './lead-event.ts';

const maximumLeads = 100;

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

const example = {
  idempotency_key: 'form-7-2026-03-02-0001',
  source: 'website',
  email: 'ada@example.com',
  consent: true,
  occurred_at: '2026-03-02T09:14:21Z',
  first_name: 'Ada',
  last_name: 'Lovelace',
  phone: '+44 20 7946 0018',
  message: 'Tell me more',
  submission_type: 'demo',
  utm_source: 'newsletter',
  metadata: { page: '/demo' },
};
/** Bodies that are taken in as they stand. */
export const leadExamples = {
  one: { summary: 'One lead', value: example },
  several: {
    summary: 'Several leads',
    value: [
      example,
      { idempotency_key: 'form-7-2026-03-02-0002', source: 'website', email: 'grace@example.com', consent: true },
    ],
  },
};

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

const refuse = (message: string): ParsedBody => ({ kind: 'refused', status: 400, message });

const withKey = (body: object, { idempotencyKey }: Delivery): object =>
  idempotencyKey === undefined || 'idempotency_key' in body ? body : { ...body, idempotency_key: idempotencyKey };

function parse(item: unknown, place: string, delivery: Delivery): ParsedEvent | Violation {
  const { receivedAt, ip, userAgent, sources } = delivery;
  const client = { ip, ...(userAgent !== undefined && { user_agent: userAgent }) };
  const lead = leadEventOf(item, { receivedAt, raw: item, client });
  const at = (path: string): string => [place, path].filter((part) => part !== '').join('.');
  if (lead.kind === 'violation') return { ...lead, path: at(lead.path), ...saidSource(item) };
  if (!sources || sources.includes(lead.event.source)) return lead;
  const message = `this key may send for ${sources.join(', ')} only`;
  return {
    kind: 'violation',
    path: at('source'),
    message,
    raw: lead.ending ? undefined : item,
    source: lead.event.source,
  };
}

const saidSource = (item: unknown): { source?: string } =>
  typeof item === 'object' && item !== null && 'source' in item && typeof item.source === 'string'
    ? { source: item.source }
    : {};
