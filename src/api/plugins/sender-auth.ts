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
      detail: `send an API key in the header x-api-key${senders.takesTokens ? ', or a token as Authorization: Bearer' : ''}; an operator makes one with: npm run causeway -- keys create`,
    });
    return undefined;
  }
  return (await isWithinLimit(senders, sender, reply)) ? sender : undefined;
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
