import { z } from 'zod';
import { readDomain } from '../../domain/domain-name.ts';
import { isSharedHost } from '../../domain/shared-host.ts';
import { optionalDomain } from './fields.ts';

/** How people name a company: by its id here, or by its domain or website. `undefined`: neither. */
export function readCompanyNamed(text: string): { id: string } | { domain: string } | undefined {
  if (z.uuid().safeParse(text).success) return { id: text.toLowerCase() };
  const domain = optionalDomain.parse(text);
  return domain === undefined ? undefined : { domain };
}

/** Whether a text that should name a company names a site on which many have a page, or a mailbox. */
export function isSharedSite(text: string): boolean {
  const domain = readDomain(text.trim());
  return domain !== undefined && isSharedHost(domain);
}
