import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** `Authorization: Bearer <OPERATOR_API_KEY>`. Digests of equal length are compared in constant time. */
export function isOperator(operatorKey: string, { headers }: FastifyRequest): boolean {
  const [, token = ''] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
  return timingSafeEqual(digest(token), digest(operatorKey));
}

export const wrongOperatorKey =
  'what came in Authorization is not the operator key; send that as Authorization: Bearer <key>, whole, as it is in OPERATOR_API_KEY of this installation';

/** Lets operators pass, and nobody else. */
export function requireOperator(operatorKey: string) {
  return async function checkOperator(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (isOperator(operatorKey, request)) return undefined;
    return sendProblem(reply.header('www-authenticate', 'Bearer'), 401, {
      reason: 'not_an_operator',
      detail:
        request.headers.authorization === undefined
          ? 'send the operator key as Authorization: Bearer <key>; it is OPERATOR_API_KEY of this installation'
          : wrongOperatorKey,
    });
  };
}
