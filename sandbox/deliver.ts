import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { Fault } from './fault.ts';
import type { Answer, Vendor } from './vendor.ts';

/** Sends the answer, or what the fault makes of it. Without a fault there is an answer. */
export async function deliver(
  reply: FastifyReply,
  vendor: Vendor,
  fault: Fault | undefined,
  answer: Answer = vendor.failure(500, 'the sandbox has no answer'),
): Promise<FastifyReply> {
  switch (fault?.fault) {
    case 'status':
      return send(reply, vendor.failure(fault.status, `the sandbox was told to answer with ${fault.status}`));
    case 'malformed':
      return reply.code(200).type('application/json').send('{"ok": true, "id": "1');
    case 'slow':
      await delay(fault.delayMs, undefined, { ref: false });
      return send(reply, answer);
    case 'timeout':
      return reply.hijack();
    case 'lost-answer':
      reply.hijack();
      reply.raw.destroy();
      return reply;
    case undefined:
    default:
      return send(reply, answer);
  }
}

export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).headers(answer.headers ?? {});
  return answer.body === undefined
    ? reply.send()
    : reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
}
