import type { FastifyReply } from 'fastify';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Answers with problem details (RFC 9457). `detail` says what to do; `reason` is a stable word for programs. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  problem: { detail: string; reason?: string },
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title: titles[status] ?? 'Error',
      status,
      ...problem,
      correlationId: reply.request.id,
    });
}
