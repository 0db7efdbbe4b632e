import { z } from 'zod';
import { notReachedCodes, VendorError, type VendorErrorKind } from '../../domain/failure.ts';

/** What is known of a call besides the error that it ended with. */
export interface Answer {
  timedOut: boolean;
  /** Absent while no response has begun. */
  status?: number;
  /** The response's own header, in seconds or as an HTTP date. */
  retryAfter?: string;
}

/** Google answers 403 both for a quota and for a permission; the reason tells them apart. */
const quotaReasons = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'quotaExceeded',
  'dailyLimitExceeded',
  'concurrentLimitExceeded',
]);

const googleError = z.object({
  response: z.object({ data: z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })) }) }) }),
});

const tokenAnswer = z.object({ response: z.object({ status: z.number() }) });

/**
 * Translates why there is no access token for a mailbox. Whatever it was, the mailbox was not asked for anything; an error
 * with neither a status nor a system's code comes from a key that cannot be used.
 */
export function tokenError(operation: string, error: unknown, timedOut: boolean): VendorError {
  if (timedOut) return toVendorError(operation, error, { timedOut });
  const status = tokenAnswer.safeParse(error).data?.response.status;
  const code = systemCodeOf(error);
  const passes = status === undefined ? code !== undefined : status >= 500;
  const kind = status === 429 ? 'RateLimited' : passes ? 'NotReached' : 'Unauthorized';
  const detail = code ?? (status === undefined ? "the service account's key" : `status ${status}`);
  return new VendorError('Gmail', kind, `Gmail ${operation}: ${kind} (access token: ${detail})`);
}

/** Translates whatever ended a call. The library's own error holds request and response, so it is not kept as the cause. */
export function toVendorError(operation: string, error: unknown, answer: Answer): VendorError {
  if (error instanceof VendorError) return error;
  const code = systemCodeOf(error);
  const kind = answer.timedOut ? 'Timeout' : kindOf(error, answer.status, code);
  const detail = answer.timedOut
    ? 'no answer in time'
    : (code ?? (answer.status === undefined ? 'no answer' : `status ${answer.status}`));
  const retryAfterMs = readRetryAfter(answer.retryAfter);
  return new VendorError(
    'Gmail',
    kind,
    `Gmail ${operation}: ${kind} (${detail})`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

function kindOf(error: unknown, status: number | undefined, code: string | undefined): VendorErrorKind {
  if (status === undefined) return code !== undefined && notReachedCodes.has(code) ? 'NotReached' : 'Unavailable';
  // An answer that began well ended badly: with a system's code the connection broke, else it cannot be read.
  if (status < 300) return code === undefined ? 'Malformed' : 'Unavailable';
  if (status === 429 || (status === 403 && isQuota(error))) return 'RateLimited';
  if (status === 404) return 'NotFound';
  if (status === 401 || status === 403) return 'Unauthorized';
  return status >= 500 || status === 408 ? 'Unavailable' : 'Rejected';
}

function isQuota(error: unknown): boolean {
  const reasons = googleError.safeParse(error).data?.response.data.error.errors ?? [];
  return reasons.some(({ reason }) => quotaReasons.has(reason));
}

/** The code of the network's error, which `fetch` wraps once and the library once more. */
function systemCodeOf(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < 4 && current instanceof Error; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && /^(E(?!RR_)|UND_ERR_)[A-Z_]+$/.test(current.code)) {
      return current.code;
    }
    current = current.cause;
  }
  return undefined;
}

function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}
