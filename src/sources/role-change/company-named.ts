import { z } from 'zod';
import { optionalDomain } from './fields.ts';

/** How people name a company: by its id here, or by its domain or website. `undefined`: neither. */
export function readCompanyNamed(text: string): { id: string } | { domain: string } | undefined {
  if (z.uuid().safeParse(text).success) return { id: text.toLowerCase() };
  const domain = optionalDomain.parse(text);
  return domain === undefined ? undefined : { domain };
}
