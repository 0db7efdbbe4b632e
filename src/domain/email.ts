import { isWithin } from './characters.ts';
import { isDomainName } from './domain-name.ts';

/** What may not stand in the local part: what separates addresses, and what only quotes would allow. */
const separators = String.raw`\x00-\x20\x7f-\xa0\s@<>()\[\]\\,;:"`;
/** ASCII letters and digits, and everything beyond ASCII: IDNA says what of that can be a domain. */
const notInLabel = String.raw`\x00-\x2c\x2e\x2f\x3a-\x40\x5b-\x60\x7b-\xa0\s`;
const label = String.raw`[^-${notInLabel}](?:[^${notInLabel}]{0,61}[^-${notInLabel}])?`;
const topLabel = String.raw`[^-0-9${notInLabel}][^${notInLabel}]{0,61}[^-${notInLabel}]`;

/** One address as it is written today: no quotes, no display name, a domain with a dot. Text of a regular expression, flag u. */
export const emailPattern = String.raw`^[^${separators}]{1,64}@(?:${label}\.)+${topLabel}$`;
export const emailLimit = 254;

const address = new RegExp(emailPattern, 'u');

/** An address in two parts, the domain as DNS has it, lower-case; `undefined` for what mail could not be sent to. */
export function readEmail(text: string): { local: string; domain: string } | undefined {
  // The limit comes first: it bounds the time of the expression.
  if (!isWithin(text, emailLimit) || !text.isWellFormed() || !address.test(text)) return undefined;
  const [local = '', sentDomain = ''] = text.split('@');
  // The parser of URLs is the IDNA of the platform; what it would take for another part of a URL is refused above.
  const domain = URL.parse(`http://${sentDomain}`)?.hostname ?? '';
  return isDomainName(domain) && isWithin(local, emailLimit - 1 - domain.length) ? { local, domain } : undefined;
}
