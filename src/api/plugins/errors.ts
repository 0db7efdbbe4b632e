import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Unavailable } from '../../domain/unavailable.ts';
import { type Problem, sendProblem } from '../problem.ts';

/** What Fastify refuses on its own; its messages repeat what was sent, ours say what to do. */
const refusals: Readonly<Record<string, [status: number, problem: Problem]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    413,
    { reason: 'body_too_large', detail: 'a body may have 1 MiB at the most; send the events in smaller batches' },
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    415,
    { reason: 'bad_content_type', detail: 'the content-type cannot be read; send application/json' },
  ],
  FST_ERR_MAX_PARAM_LENGTH: [414, { reason: 'path_too_long', detail: 'no path here is as long as that; see /docs' }],
  FST_ERR_BAD_URL: [400, { reason: 'bad_path', detail: 'the path is not percent-encoded UTF-8; see /docs' }],
};

/** Turns every error into an answer. What is our fault is logged by its class and place, and never described to the caller. */
export function answerError(error: FastifyError, { raw, body }: FastifyRequest, reply: FastifyReply): FastifyReply {
  // The connection broke within the body: there is nobody to answer, and whoever broke it has told the log.
  if (raw.destroyed && !raw.complete) return reply.hijack();
  if (error instanceof Unavailable) {
    return sendProblem(reply.header('retry-after', String(error.retryAfterSeconds)), 503, {
      reason: 'unavailable',
      detail: `${error.message}; send the same request again, nothing of it is taken in twice`,
    });
  }
  if (error.validationContext === 'body' && body === undefined) {
    return sendProblem(reply, 400, {
      reason: 'bad_request',
      detail: 'this route reads a JSON object as its body, and none came; /docs says what is in it',
    });
  }
  const [status, problem] = refusals[error.code] ?? [
    error.statusCode ?? 500,
    { reason: 'bad_request', detail: detailOf(error) },
  ];
  if (status < 500) return sendProblem(reply, status, problem);
  return sendProblem(
    reply,
    500,
    { reason: 'internal_error', detail: 'something went wrong on our side; look for the correlation id in the log' },
    { error: error.name, at: error.stack?.split('\n').slice(1, 6) },
  );
}

const named = z.object({ keys: z.array(z.string()) });

/** A field that a route does not know is named only where that looks like a name: callers can put anything there, addresses of people too. */
function detailOf({ message, validation = [] }: FastifyError): string {
  const unknown = validation.flatMap(({ params }) => named.safeParse(params).data?.keys ?? []);
  return unknown.every((name) => /^[A-Za-z_]\w{0,49}$/.test(name))
    ? message
    : 'the request has a field that is not known here; see /docs';
}
