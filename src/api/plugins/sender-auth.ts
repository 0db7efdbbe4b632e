import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Sender, Senders } from '../../operations/senders.ts';
import { sendProblem } from '../problem.ts';

/** Who sends: by `x-api-key`, or by a token as `Authorization: Bearer`. When it is nobody, the request is answered and this is `undefined`. */
export async function senderOf(
  senders: Senders,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Sender | undefined> {
  const key = request.headers['x-api-key'];
  const [, token] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const sender =
    typeof key === 'string' ? await senders.byKey(key) : token === undefined ? undefined : await senders.byToken(token);
  if (!sender) {
    sendProblem(reply.header('www-authenticate', 'Bearer'), 401, {
      reason: 'unknown_sender',
      detail: whyUnknown(key, token, senders),
    });
    return undefined;
  }
  return (await isWithinLimit(senders, sender, reply)) ? sender : undefined;
}

/** What to do about a key that nobody knows; not even whether there was such a key once. */
export const unknownKey =
  'the API key in the header x-api-key is not known or was revoked; see that it came whole, or have an operator make a new one with: npm run causeway -- keys create';

function whyUnknown(key: unknown, token: string | undefined, { takesTokens }: Senders): string {
  if (key !== undefined) return unknownKey;
  if (token !== undefined && takesTokens) {
    return 'the token in Authorization: Bearer is not taken: it is over, or not of the issuer, audience and key that are set up here; get a new one, and INGEST_TOKEN_ISSUER and INGEST_TOKEN_AUDIENCE say what it has to be for';
  }
  return `send an API key in the header x-api-key${takesTokens ? ', or a token as Authorization: Bearer' : ''}; an operator makes one with: npm run causeway -- keys create`;
}

/** Counts the request against the limit of its key; over it the request is answered. */
export async function isWithinLimit(senders: Senders, sender: Sender, reply: FastifyReply): Promise<boolean> {
  const waitMs = await senders.waitMs(sender);
  if (waitMs === 0) return true;
  sendProblem(reply.header('retry-after', String(Math.ceil(waitMs / 1_000))), 429, {
    reason: 'too_many_requests',
    detail: `this key may send ${sender.perMinute} requests a minute; send this one again after the time in Retry-After`,
  });
  return false;
}
