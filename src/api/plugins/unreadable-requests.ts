import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Logger } from '../../telemetry/log.ts';
import { problemDetails, type Problem } from '../problem.ts';

const lingerMs = 2_000;

/** Answers what never becomes a request: no HTTP, headers that are too large, a body that comes too slowly. */
export function answerUnreadable(log: Logger) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    const hungUp = error.code === 'ECONNRESET' || error.code === 'HPE_INVALID_EOF_STATE';
    if (hungUp || !socket.writable) {
      if (hungUp) log.debug({ reason: 'hung_up' }, 'a connection ended before its request did');
      socket.destroy();
      return;
    }
    const [status, problem] = problemOf(error.code);
    const correlationId = randomUUID();
    log.warn({ correlation_id: correlationId, status, reason: problem.reason }, 'request refused');
    const details = problemDetails(status, problem, correlationId);
    const body = JSON.stringify(details);
    socket.end(
      [
        `HTTP/1.1 ${status} ${details.title}`,
        'content-type: application/problem+json',
        `content-length: ${Buffer.byteLength(body)}`,
        `x-correlation-id: ${correlationId}`,
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
    // Closed while more is still coming in, the connection would be reset, and the sender might never read the answer.
    socket.resume();
    setTimeout(() => socket.destroy(), lingerMs).unref();
  };
}

function problemOf(code: string | undefined): [number, Problem] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return [408, { reason: 'too_slow', detail: 'the request was not complete in time; send it again' }];
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return [431, { reason: 'headers_too_large', detail: 'the headers may have 16 KiB at the most, all together' }];
  }
  return [400, { reason: 'not_http', detail: 'this is not a request of HTTP/1.1' }];
}
