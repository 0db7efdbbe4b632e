import { z } from 'zod';

const text = z.string().nullable();

/** A lead as the table `leads` has it, by the names of its columns. Times are ISO 8601. */
export const capturedLead = z.strictObject({
  event_id: z.string(),
  idempotency_key: z.string(),
  source: z.string(),
  received_at: z.iso.datetime(),
  first_name: text,
  last_name: text,
  email: z.string(),
  phone: text,
  message: text,
  submission_type: text,
  consent: z.literal(true),
  ip_address: text,
  user_agent: text,
  geo_country: text,
  geo_city: text,
  utm_source: text,
  utm_medium: text,
  utm_campaign: text,
  utm_content: text,
  utm_term: text,
  /** What the sender added, and under `normalised` what was made of the lead. */
  metadata: z.record(z.string(), z.unknown()),
});
export type CapturedLead = z.infer<typeof capturedLead>;
