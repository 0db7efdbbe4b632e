import { z } from 'zod';
import { isWithin } from './characters.ts';
import { emailLimit, emailPattern, readEmail } from './email.ts';
import { epochMsOf, isPlausible, timeMessage } from './epoch.ts';
import { filledLine, limitMessage, line, lines } from './lead-text.ts';
import { metadata, metadataJsonSchema } from './lead-metadata.ts';

export const utmFields = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'] as const;
export type UtmField = (typeof utmFields)[number];

/** As PostgreSQL takes it, of any version. A pattern instead of a format: not every validator knows formats. */
const uuid = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const idMessage = 'expected a UUID such as 3f0c7b52-9d41-4c0e-8a57-2f9b6f1f0a11';
const emailMessage = 'expected one address, as name@company.example';
const phoneOnlyMessage =
  'expected an e-mail address, as name@company.example: a lead with a phone number alone cannot be kept';

const seconds = z.number().min(1_104_537_600, timeMessage).lt(10_000_000_000, timeMessage);
const milliseconds = z.int().min(1_104_537_600_000, timeMessage).max(9_999_999_999_999, timeMessage);
const writtenTime = z
  .string()
  .trim()
  .regex(
    /^(?:\d{10}(?:\.\d{1,9})?|\d{13}|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))$/,
    timeMessage,
  );

/** UTM values are longer than their columns at times; that is no reason to refuse a lead: they are cut there, and kept whole beside. */
const utm = line().nullish();

/**
 * A lead as `/ingest` takes it: flat, named as the columns of `leads`. Text is trimmed and otherwise stays as it was sent;
 * what is optional may be absent or null. Consent is not judged here: see `hasConsent`.
 */
export const leadEvent = z
  .strictObject(
    {
      idempotency_key: filledLine(
        255,
        'expected a text of 1 to 255 characters that is the same whenever this lead is sent again; the header Idempotency-Key will do',
      ).describe(
        'The same whenever this lead is sent again. With one lead in the request, the header Idempotency-Key can stand in for it.',
      ),
      source: filledLine(50, 'expected the name of the form or system it comes from, 1 to 50 characters'),
      email: z
        .string(emailMessage)
        .trim()
        .refine((value) => isWithin(value, emailLimit), limitMessage(emailLimit))
        .refine((value) => readEmail(value) !== undefined, emailMessage)
        .meta({ maxLength: emailLimit, pattern: emailPattern, description: 'One address, without a display name.' }),
      consent: z
        .unknown()
        .optional()
        .describe(
          'Only a lead with true (the JSON value, no text) is kept; of every other nothing personal is stored.',
        ),
      event_id: z.string(idMessage).trim().regex(uuid, idMessage).nullish(),
      occurred_at: z
        .union([seconds, milliseconds, writtenTime], timeMessage)
        .refine((value) => epochMsOf(value) !== undefined, timeMessage)
        .describe('ISO 8601 with an offset, or epoch seconds (10 digits) or milliseconds (13).')
        .nullish(),
      first_name: line(255).nullish(),
      last_name: line(255).nullish(),
      phone: line(50).nullish(),
      message: lines.nullish(),
      submission_type: line(100).nullish(),
      utm_source: utm,
      utm_medium: utm,
      utm_campaign: utm,
      utm_content: utm,
      utm_term: utm,
      user_agent: line().nullish(),
      metadata: metadata
        .meta({ ...metadataJsonSchema, description: 'Anything else, at most 16384 bytes as JSON and 5 levels deep.' })
        .nullish(),
    },
    'expected a lead, which is a JSON object',
  )
  .meta({ title: 'LeadEvent', description: 'One lead, as POST /ingest takes it.' });

export type LeadEvent = z.output<typeof leadEvent>;

/** Consent is the JSON value true and nothing that resembles it. */
export const hasConsent = (value: unknown): boolean => value === true;

export type ReadLead = { ok: true; lead: LeadEvent } | { ok: false; path: string; message: string };

/** Reads one lead of a body. It answers for every value and never throws; messages never repeat what was sent. */
export function readLead(item: unknown, receivedAt: Date): ReadLead {
  const parsed = leadEvent.safeParse(item);
  if (parsed.success) {
    const { occurred_at: occurredAt } = parsed.data;
    const ms = occurredAt == null ? undefined : epochMsOf(occurredAt);
    if (ms === undefined || isPlausible(ms, receivedAt)) return { ok: true, lead: parsed.data };
    return { ok: false, path: 'occurred_at', message: timeMessage };
  }
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') return { ok: false, ...unknownField(issue.keys) };
  const path = String(issue?.path[0] ?? '');
  if (path === 'email' && isPhoneOnly(item)) return { ok: false, path, message: phoneOnlyMessage };
  return { ok: false, path, message: issue?.message ?? 'expected a lead' };
}

const isBlank = (value: unknown): boolean => value == null || (typeof value === 'string' && value.trim() === '');

function isPhoneOnly(item: unknown): boolean {
  const { email, phone } = z.looseObject({}).catch({}).parse(item);
  return isBlank(email) && !isBlank(phone);
}

/** A name is repeated only where it looks like one: senders can put anything there, addresses of people too. */
function unknownField(names: readonly string[]): { path: string; message: string } {
  const path = names.find((name) => /^[A-Za-z_]\w{0,49}$/.test(name)) ?? '';
  return { path, message: `expected no other fields than ${Object.keys(leadEvent.shape).join(', ')}` };
}
