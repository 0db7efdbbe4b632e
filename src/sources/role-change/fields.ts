import { z } from 'zod';
import { hasNoNul, withoutNul } from '../../domain/characters.ts';
import { readCompanyDomain } from '../../domain/domain-name.ts';
import { readEmail } from '../../domain/email.ts';

/** A text of a sender, cut to what is kept; what is none, or empty, is absent. */
const sentText = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value.trim().slice(0, 500) || undefined : undefined));
/** What JSON Schema says of it is what to send; whatever else comes is passed over. */
const asText = { type: 'string' } as const;
export const optionalText = sentText.transform((text) => text && (withoutNul(text).trim() || undefined)).meta(asText);

/** An id as senders write it: a text or a whole number. */
const idMessage = 'expected an id: a text of 1 to 100 characters, or a whole number below 2^53';
export const id = z
  .union(
    [
      z.string().trim().min(1).max(100).refine(hasNoNul, 'expected an id without NUL characters'),
      z.int(idMessage).nonnegative(idMessage),
    ],
    idMessage,
  )
  .transform(String);
export const optionalId = z
  .unknown()
  .optional()
  .transform((value) => id.safeParse(value).data)
  .meta({ type: ['string', 'integer'] });

/** What is no address is left out: it names nobody. */
export const optionalEmail = sentText
  .transform((text) => {
    const read = text === undefined ? undefined : readEmail(text);
    return read && `${read.local}@${read.domain}`.toLowerCase();
  })
  .meta(asText);

/** A website or a domain, as a domain without www. An address is left out: it names somebody; and so is a host that many share. */
export const optionalDomain = sentText
  .transform((text) => (text === undefined || isAddress(text) ? undefined : readCompanyDomain(text)))
  .meta(asText);

/** Whether a text that should name a company names somebody there instead: read as a website, `ada@example.com` would be `example.com`. */
export function isAddress(text: string): boolean {
  const url = URL.parse(text.includes('://') ? text.trim() : `https://${text.trim()}`);
  return readEmail(text.trim()) !== undefined || (url !== null && url.username !== '');
}

/** What companies are called; an address is left out, too. */
export const optionalCompanyName = optionalText
  .transform((text) => (text === undefined || readEmail(text) ? undefined : text))
  .meta(asText);

/** The fields that are there; `undefined` when none is. */
export function present<Name extends string, Value>(
  fields: Readonly<Partial<Record<Name, Value | undefined>>>,
): Partial<Record<Name, Value>> | undefined {
  const found: Partial<Record<Name, Value>> = {};
  let isEmpty = true;
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined) continue;
    found[name] = value;
    isEmpty = false;
  }
  return isEmpty ? undefined : found;
}

/** A JSON path of an issue: `person.id`, `[3].member_id`. */
export const pathOf = (path: readonly PropertyKey[]): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`)).join('');
