import type { FastifyError, FastifyInstance } from 'fastify';
import { Unavailable } from '../../domain/unavailable.ts';
import type { Logger } from '../../telemetry/log.ts';
import { sendProblem } from '../problem.ts';

/** One place that turns errors into answers. What is our fault is logged and never described to the caller. */
export function handleErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof Unavailable) {
      log.warn({ correlation_id: request.id, reason: error.message }, 'request refused: a store is away');
      return sendProblem(reply.header('retry-after', String(error.retryAfterSeconds)), 503, { detail: error.message });
    }
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      return sendProblem(reply.header('connection', 'close'), 413, {
        detail: 'a body may have 1 MiB at the most; send the events in smaller batches',
      });
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      log.error(
        { correlation_id: request.id, error: error.name, at: error.stack?.split('\n').slice(1, 6) },
        'request failed',
      );
      return sendProblem(reply, 500, {
        detail: 'something went wrong on our side; the correlation id leads to it in the log',
      });
    }
    return sendProblem(reply, status, { detail: error.message });
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, 404, { detail: `there is no ${request.method} route here; /docs lists them all` }),
  );
}
