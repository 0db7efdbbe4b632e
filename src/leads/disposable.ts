import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';

const disposableDomains: ReadonlySet<string> = disposableEmailBlocklistSet();

/** Whether a domain, in lower-case ASCII, or one above it is on the list: such services give out any subdomain. */
export function isDisposable(domain: string): boolean {
  for (let name = domain; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    if (disposableDomains.has(name)) return true;
  }
  return false;
}
