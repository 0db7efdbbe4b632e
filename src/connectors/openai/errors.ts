import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { notReachedCodes, VendorError, type VendorErrorKind } from '../../domain/failure.ts';

/** What `error.code` of a response that failed half-way means; every other code is a refusal. */
const kindOfCode: ReadonlyMap<string, VendorErrorKind> = new Map([
  ['server_error', 'Unavailable'],
  ['vector_store_timeout', 'Unavailable'],
  ['rate_limit_exceeded', 'RateLimited'],
]);

export const kindOfFailedResponse = (code: string): VendorErrorKind => kindOfCode.get(code) ?? 'Rejected';

/** Translates whatever ended a call. The library's own error holds the body of the answer, so it is not kept as the cause. */
export function toVendorError(operation: string, error: unknown, timedOut: boolean): VendorError {
  if (error instanceof VendorError) return error;
  if (timedOut || error instanceof APIConnectionTimeoutError) {
    return new VendorError('OpenAI', 'Timeout', `OpenAI ${operation}: Timeout (no answer in time)`);
  }
  if (error instanceof APIError && typeof error.status === 'number') {
    const code = plainCode(error.code);
    const kind = kindOfStatus(error.status, code);
    const retryAfterMs = retryAfterOf(error.headers);
    return new VendorError(
      'OpenAI',
      kind,
      `OpenAI ${operation}: ${kind} (${code ?? `status ${error.status}`})`,
      retryAfterMs === undefined ? {} : { retryAfterMs },
    );
  }
  const code = systemCodeOf(error);
  const isConnection = error instanceof APIConnectionError || code !== undefined;
  const kind = isConnection ? (notReachedCodes.has(code ?? '') ? 'NotReached' : 'Unavailable') : 'Malformed';
  const detail = code ?? (isConnection ? 'the connection broke' : 'an answer that cannot be read');
  return new VendorError('OpenAI', kind, `OpenAI ${operation}: ${kind} (${detail})`);
}

function kindOfStatus(status: number, code: string | undefined): VendorErrorKind {
  // Paid for nothing more this month: a limit that no waiting lifts.
  if (status === 429) return code === 'insufficient_quota' ? 'Rejected' : 'RateLimited';
  if (status === 401 || status === 403) return 'Unauthorized';
  if (status === 404) return 'NotFound';
  return status >= 500 || status === 408 || status === 409 ? 'Unavailable' : 'Rejected';
}

const plainCode = (code: unknown): string | undefined =>
  typeof code === 'string' && /^[a-z_]{1,60}$/.test(code) ? code : undefined;

function retryAfterOf(headers: Headers | undefined): number | undefined {
  const seconds = headers?.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

/** The code of the network's error, which `fetch` wraps once and the library once more. */
function systemCodeOf(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < 4 && current instanceof Error; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && /^(E|UND_ERR_)[A-Z_]+$/.test(current.code)) {
      return current.code;
    }
    current = current.cause;
  }
  return undefined;
}
