import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Causeway } from './causeway.ts';

export interface RawRequest {
  method?: string;
  path?: string;
  headers?: Readonly<Record<string, string>>;
  /** Several pieces go out as chunks, without a content-length. */
  body?: Buffer | string | readonly (Buffer | string)[];
}

export interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

/** Sends a request as it is said, also what `fetch` would mend or refuse, over a connection of its own. */
export async function sendRaw(url: string, { method = 'POST', path = '', headers, body = '' }: RawRequest) {
  const outgoing = request(`${url}${path}`, { method, headers: { ...headers }, agent: false, timeout: 20_000 });
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
  // The server may answer and hang up before the whole body is out; then the answer counts, not the broken pipe.
  const answered = once(outgoing, 'response');
  if (typeof body === 'string' || Buffer.isBuffer(body)) outgoing.end(body);
  else {
    for (const piece of body) outgoing.write(piece);
    outgoing.end();
  }
  outgoing.on('error', () => {});
  const [response] = await answered;
  return { status: response.statusCode, headers: response.headers, text: await text(response) } satisfies RawAnswer;
}

/** Sends bytes that need not be HTTP; returns all that comes back until the server hangs up. */
export async function sendBytes(url: string, bytes: Buffer | string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, timeout: 20_000 });
  socket.on('timeout', () => socket.destroy(new Error('no answer')));
  socket.write(bytes);
  return text(socket);
}

/** The headers with which HubSpot signs a body: version 3, with any part of it changed. */
export function signatureHeaders(
  { configuration }: Pick<Causeway, 'configuration'>,
  body: Buffer | string,
  change: { secret?: string; url?: string; nowMs?: number } = {},
) {
  const {
    secret = configuration.HUBSPOT_CLIENT_SECRET,
    url = configuration.HUBSPOT_WEBHOOK_URL,
    nowMs = Date.now(),
  } = change;
  const signature = createHmac('sha256', secret).update(`POST${url}`).update(body).update(String(nowMs));
  return {
    'content-type': 'application/json',
    'x-hubspot-signature-v3': signature.digest('base64'),
    'x-hubspot-request-timestamp': String(nowMs),
  };
}
