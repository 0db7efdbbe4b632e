import { z } from 'zod';
import { epochMsOf, isPlausible, timeMessage } from '../../domain/epoch.ts';

/** Of one request. */
export const maximumEvents = 100;

/** Where things stand in a sender's event: names with dots between them, from the top of the event. */
export interface WebhookFields {
  type: string;
  occurredAt: string;
  objectType: string;
  objectId: string;
  accountId?: string | undefined;
  contactId?: string | undefined;
  contactEmail?: string | undefined;
  dealId?: string | undefined;
}

const idMessage = 'expected an id: a text of 1 to 100 characters, or a whole number below 2^53';
const id = z.union([z.string().min(1).max(100), z.int(idMessage).nonnegative(idMessage)], idMessage).transform(String);
const optionalId = z
  .union([z.literal(''), id], idMessage)
  .nullish()
  .transform((value) => (value === '' ? undefined : (value ?? undefined)));

const typeMessage = 'expected the type of the event, such as user.signed_up';
const objectTypeMessage = 'expected the type of an object, such as account';

export const mapped = z.object({
  type: z
    .string(typeMessage)
    .regex(/^\w[\w.:/-]{0,99}$/, typeMessage)
    .describe('What happened, as `user.signed_up`. Rules ask for it.'),
  occurredAt: z
    .union([z.string(), z.number()], timeMessage)
    .transform((value, context) => {
      const ms = epochMsOf(value);
      if (ms !== undefined) return ms;
      context.addIssue(timeMessage);
      return z.NEVER;
    })
    .describe(
      'When it happened: ISO 8601 with an offset, or epoch seconds (10 digits) or milliseconds (13); between 2005 and a day from now.',
    ),
  objectType: z
    .string(objectTypeMessage)
    .regex(/^\w[\w.-]{0,49}$/, objectTypeMessage)
    .describe('What it is about, as `account`.'),
  objectId: id.describe('Of what it is about. What happens to one object is carried out in its order.'),
  accountId: optionalId.describe('Of the company. What happens to one company is carried out in its order.'),
  contactId: optionalId.describe('Of the person.'),
  contactEmail: z
    .unknown()
    .optional()
    .transform(emailOf)
    .meta({ type: 'string', description: 'Of the person. What is no address is left out: it names nobody.' }),
  dealId: optionalId.describe('Of the deal.'),
});

export type MappedEvent = z.output<typeof mapped> & { payload: Record<string, unknown> };

export type ReadEvent = { ok: true; event: MappedEvent } | { ok: false; path: string; message: string };

/** Picks out of one event what the mapping names. `path` is where the sender has the field that does not fit. */
export function readEvent(item: unknown, fields: WebhookFields, receivedAt: Date): ReadEvent {
  if (!isRecord(item)) return { ok: false, path: '', message: 'expected an event, which is a JSON object' };
  const paths = new Map(Object.entries(fields).filter(([, path]) => path !== undefined));
  const picked = Object.fromEntries([...paths].map(([field, path]) => [field, valueAt(item, String(path))]));
  const parsed = mapped.safeParse(picked);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = paths.get(String(issue?.path[0] ?? ''));
    return { ok: false, path: String(path ?? ''), message: issue?.message ?? 'expected an event' };
  }
  const { occurredAt } = parsed.data;
  if (!isPlausible(occurredAt, receivedAt)) {
    return { ok: false, path: fields.occurredAt, message: timeMessage };
  }
  return { ok: true, event: { ...parsed.data, payload: item } };
}

function valueAt(event: Record<string, unknown>, path: string): unknown {
  let value: unknown = event;
  for (const name of path.split('.')) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function emailOf(value: unknown): string | undefined {
  const email = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return email.length <= 254 && /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(email) ? email : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
