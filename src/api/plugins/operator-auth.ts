import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Lets operators pass: `Authorization: Bearer <OPERATOR_API_KEY>`. Digests of equal length are compared in constant time. */
export function requireOperator(operatorKey: string) {
  const expected = digest(operatorKey);
  return async function checkOperator(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const [, token = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (timingSafeEqual(digest(token), expected)) return undefined;
    return sendProblem(reply.header('www-authenticate', 'Bearer'), 401, {
      reason: 'not_an_operator',
      detail: 'send the operator key as Authorization: Bearer <key>; it is OPERATOR_API_KEY of this installation',
    });
  };
}
