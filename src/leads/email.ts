import { readEmail } from '../domain/email.ts';

/** Google's two names for one service; it ignores dots in the local part, and everything after a plus. */
const gmailDomains: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

export interface EmailTwins {
  email: string;
  email_key: string;
  domain: string;
}

/** Answers for every text; what is no address is only made lower-case. */
export function normaliseEmail(sent: string): EmailTwins {
  const text = sent.trim().normalize('NFC');
  const lower = lowerCase(text);
  const address = readEmail(lower);
  if (address === undefined) return { email: text, email_key: lower, domain: '' };
  const { local, domain } = address;
  const email_key = gmailDomains.has(domain) ? `${gmailLocal(local)}@gmail.com` : `${local}@${domain}`;
  return { email: `${text.slice(0, text.indexOf('@'))}@${domain}`, email_key, domain };
}

function gmailLocal(local: string): string {
  const [mailbox = ''] = local.split('+', 1);
  return lowerCase(mailbox.replaceAll('.', '')) || local;
}

/** Both lower case and a dot that goes can take a text out of NFC again. */
const lowerCase = (text: string): string => text.toLowerCase().normalize('NFC');
