import { gmail, type gmail_v1, type MethodOptions } from '@googleapis/gmail';
import { createAccessTokens, type GmailAuth } from './access-tokens.ts';
import { tokenError, toVendorError, type Answer } from './errors.ts';

export interface GmailOptions {
  /** `https://gmail.googleapis.com/`, or the sandbox. */
  apiUrl: string;
  auth: GmailAuth;
}

/** Gmail's own client, bounded and translated, its retries off since the workflow retries. */
export function createGmailClient({ apiUrl, auth }: GmailOptions) {
  const api = gmail({ version: 'v1', rootUrl: apiUrl });
  const accessToken = createAccessTokens(auth);

  /** One request to one mailbox, aborted after `timeoutMs`. Throws `VendorError`. */
  return async function ask<T>(
    operation: string,
    mailbox: string,
    timeoutMs: number,
    request: (users: gmail_v1.Resource$Users, options: MethodOptions) => Promise<T>,
  ): Promise<T> {
    const signal = AbortSignal.timeout(Math.max(0, Math.floor(timeoutMs)));
    let token: string;
    try {
      // A request for a token that takes too long is left to end by itself: it changes nothing.
      token = await Promise.race([accessToken(mailbox), aborted(signal)]);
    } catch (error) {
      throw tokenError(operation, error, signal.aborted);
    }
    let answer: Omit<Answer, 'timedOut'> = {};
    const options: MethodOptions = {
      signal,
      retry: false,
      headers: { authorization: `Bearer ${token}` },
      async fetchImplementation(input, init) {
        const response = await fetch(input, init);
        const retryAfter = response.headers.get('retry-after');
        answer = { status: response.status, ...(retryAfter && { retryAfter }) };
        return response;
      },
    };
    try {
      return await request(api.users, options);
    } catch (error) {
      throw toVendorError(operation, error, { ...answer, timedOut: signal.aborted });
    }
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
  promise.catch(() => undefined);
  return promise;
}
