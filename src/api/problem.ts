import type { FastifyReply } from 'fastify';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  422: 'Unprocessable Content',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** `detail` tells people what to do; `reason` is a stable word for programs. Neither repeats what was sent. */
export interface Problem {
  reason: string;
  detail: string;
}

/** Problem details (RFC 9457). */
export const problemDetails = (status: number, { reason, detail }: Problem, correlationId: string) => ({
  type: 'about:blank',
  title: titles[status] ?? 'Error',
  status,
  reason,
  detail,
  correlationId,
});

/** Answers with problem details, and writes the one log line of a refused request; `labels` are for that line only. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  problem: Problem,
  labels: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  const { id, method, routeOptions } = reply.request;
  const line = { correlation_id: id, method, route: routeOptions.url, status, reason: problem.reason, ...labels };
  reply.log[status === 500 ? 'error' : 'warn'](line, 'request refused');
  return reply
    .code(status)
    .header('x-correlation-id', id)
    .type('application/problem+json')
    .send(problemDetails(status, problem, id));
}
