import { isSharedHost } from './shared-host.ts';

const asciiHost = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** Whether a host, as DNS has it and in lower case, is a domain that mail could be sent to: no number, and no pattern. */
export const isDomainName = (host: string): boolean => asciiHost.test(host);

/** The domain of a website or an address, or a domain itself: lower-case, as DNS has it, without www. `undefined` for what names no host. */
export function readDomain(text: string): string | undefined {
  const host = URL.parse(text.includes('://') ? text : `https://${text}`)?.hostname.replace(/\.$/, '');
  return host?.includes('.') ? host.replace(/^www\.(?=.*\.)/, '') : undefined;
}

/** The domain by which a company is known, read alike. `undefined` also for a host that many share: a page there, or a mailbox, is nobody's domain. */
export function readCompanyDomain(text: string): string | undefined {
  const domain = readDomain(text);
  return domain === undefined || isSharedHost(domain) ? undefined : domain;
}
