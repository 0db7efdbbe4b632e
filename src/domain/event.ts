import { z } from 'zod';

export const urgencies = ['standard', 'high', 'immediate'] as const;
export type Urgency = (typeof urgencies)[number];

/**
 * One go-to-market fact in the form every pipeline reads, whatever its sender. Version 1.
 *
 * Vendor object ids are strings, since they outgrow 2^53. `firedAt` and `receivedAt` are ISO 8601 in UTC.
 * `payload` is the sender's own event, untouched; it may hold personal data, so the whole event is only ever stored sealed.
 */
export const canonicalEvent = z.strictObject({
  version: z.literal(1),
  source: z.string().min(1).max(50),
  eventType: z.string().min(1).max(100),
  objectType: z.string().min(1).max(50),
  objectId: z.string().min(1).max(100),
  accountId: z.string().optional(),
  contactId: z.string().optional(),
  dealId: z.string().optional(),
  propertyName: z.string().optional(),
  propertyValue: z.string().optional(),
  urgency: z.enum(urgencies),
  confidence: z.number().min(0).max(1),
  firedAt: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
  payload: z.record(z.string(), z.unknown()),
});

export type CanonicalEvent = z.infer<typeof canonicalEvent>;
