import { z } from 'zod';
import { filledLine } from './lead-text.ts';

const text = (limit: number) => filledLine(limit, 'expected a text').exactOptional();
const moment = (what: string) =>
  z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], `${what}: expected a day or a time in ISO 8601`)
    .transform((at) => new Date(at).toISOString());

/** What leads are looked for by; what is said has to hold all together. */
export const leadCriteria = z.strictObject({
  q: text(200).describe('words that are all in the names or the message, or the whole address or phone as it was sent'),
  email: text(255).describe('the address as it was sent'),
  source: text(50),
  submission_type: text(100),
  utm_campaign: text(255),
  geo_country: text(100),
  from: moment('from').exactOptional().describe('received at this time or later'),
  to: moment('to').exactOptional().describe('received before this time'),
});
export type LeadCriteria = z.infer<typeof leadCriteria>;

export const maxLeadsPerPage = 100;

const column = z.string().nullable();

/** A lead as it is shown: its columns by their names, without the sender's network address and browser. Times are ISO 8601. */
export const leadView = z.object({
  id: z.string(),
  event_id: z.string(),
  idempotency_key: z.string(),
  source: z.string(),
  received_at: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  first_name: column,
  last_name: column,
  email: z.string(),
  phone: column,
  message: column,
  submission_type: column,
  consent: z.boolean(),
  geo_country: column,
  geo_city: column,
  utm_source: column,
  utm_medium: column,
  utm_campaign: column,
  utm_content: column,
  utm_term: column,
  metadata: z.record(z.string(), z.unknown()),
});
export type LeadView = z.infer<typeof leadView>;

/** One lead as it is searched: the fields of the index by their names. */
export type SearchDocument = {
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
};
