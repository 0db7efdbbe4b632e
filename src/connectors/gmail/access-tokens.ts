import { auth } from '@googleapis/gmail';

export type GmailAuth = { accessToken: string } | { serviceAccount: { email: string; privateKey: string } };

/** Drafts can be made and searched with this one scope; it gives no access to what the mailbox has received. */
const scope = 'https://www.googleapis.com/auth/gmail.compose';

/** A token lives for an hour; beyond this many mailboxes the ones that were first asked for are asked for again. */
const maxMailboxes = 500;

/** The library cannot abort its request for a token when nobody waits for it any more; this ends it. */
const requestTimeoutMs = 10_000;

/**
 * Tokens for mailboxes. With a service account each mailbox has its own, obtained in its owner's name (domain-wide
 * delegation) and kept until it expires.
 */
export function createAccessTokens(given: GmailAuth): (mailbox: string) => Promise<string> {
  if ('accessToken' in given) return () => Promise.resolve(given.accessToken);
  const { email } = given.serviceAccount;
  // Environment files hold the key on one line, its line breaks written as backslash and n.
  const key = given.serviceAccount.privateKey.replaceAll('\\n', '\n');
  const clients = new Map<string, InstanceType<typeof auth.JWT>>();

  return async function accessToken(mailbox) {
    let client = clients.get(mailbox);
    if (client === undefined) {
      client = new auth.JWT({
        email,
        key,
        subject: mailbox,
        scopes: [scope],
        transporterOptions: {
          fetchImplementation: (input, init) =>
            fetch(input, { ...init, signal: AbortSignal.timeout(requestTimeoutMs) }),
        },
      });
      const oldest = clients.keys().next();
      if (clients.size >= maxMailboxes && !oldest.done) clients.delete(oldest.value);
      clients.set(mailbox, client);
    }
    const { token } = await client.getAccessToken();
    if (!token) throw new Error('Google gave no access token');
    return token;
  };
}
