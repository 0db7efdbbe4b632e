import { type Agent as HttpAgent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import type { Provider } from '../../domain/failure.ts';
import { toVendorError, unusableUrl } from './errors.ts';

/**
 * Posts to an address that somebody configured, and to no other: what its name leads to is looked at when the connection is
 * made, private addresses are refused unless `allow` names them, and no redirect is followed. Resolves to the status of a
 * success; throws `VendorError`. The answer's body is not read.
 */
export async function postGuarded(
  { provider, url, allow }: { provider: Provider; url: string; allow: readonly string[] },
  { headers, body, timeoutMs }: { headers: Record<string, string>; body: string; timeoutMs: number },
): Promise<number> {
  const target = new URL(url);
  const isHttps = target.protocol === 'https:';
  if (target.username !== '' || target.password !== '' || !(isHttps || target.protocol === 'http:')) {
    throw unusableUrl(provider);
  }
  const isAllowed = allow.includes(`${target.hostname}:${target.port || (isHttps ? '443' : '80')}`);
  const agent = agentFor(isHttps, isAllowed);
  const send = isHttps ? httpsRequest : httpRequest;
  try {
    return await new Promise<number>((resolve, reject) => {
      const request = send(target, {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        signal: AbortSignal.timeout(timeoutMs),
      });
      request.on('response', (response) => {
        response.destroy();
        const { statusCode: status = 0, headers: answered } = response;
        if (status >= 200 && status < 300) resolve(status);
        else reject(toVendorError(provider, { status, retryAfter: answered['retry-after'] }));
      });
      request.on('error', (error) => reject(toVendorError(provider, { error })));
      request.end(body);
    });
  } finally {
    agent?.destroy();
  }
}

/** An agent of the call's own, since a connection that is kept would not be looked at again. */
function agentFor(isHttps: boolean, isAllowed: boolean): HttpAgent | undefined {
  if (isAllowed) return undefined;
  return isHttps ? new RequestFilteringHttpsAgent() : new RequestFilteringHttpAgent();
}
