import { z } from 'zod';
import { optionalDomain } from './fields.ts';

/** How people name a company: by its id here, or by its domain or website. `undefined`: neither. */
export function readCompanyNamed(text: string): { id: string } | { domain: string } | undefined {
  if (z.uuid().safeParse(text).success) return { id: text.toLowerCase() };
  const domain = isAddress(text) ? undefined : optionalDomain.parse(text);
  return domain === undefined ? undefined : { domain };
}

/** Whether a text that should name a company names somebody there instead: read as a website, `ada@example.com` would be `example.com`. */
export function isAddress(text: string): boolean {
  const url = URL.parse(text.includes('://') ? text.trim() : `https://${text.trim()}`);
  return url !== null && url.username !== '';
}
