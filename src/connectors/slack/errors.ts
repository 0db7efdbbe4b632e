import { WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { notReachedCodes, VendorError, type VendorErrorKind } from '../../domain/failure.ts';

/** What is known of a call besides the error that it ended with. */
export interface Answer {
  timedOut: boolean;
  /** Absent while no response has begun. */
  status?: number;
  retryAfterMs?: number;
}

/** Slack answers 200 with `ok: false` and a code; every code that is not here is a refusal. */
const kindOfCode: ReadonlyMap<string, VendorErrorKind> = new Map([
  ['ratelimited', 'RateLimited'],
  ['rate_limited', 'RateLimited'],
  ['users_not_found', 'NotFound'],
  ['user_not_found', 'NotFound'],
  ['not_authed', 'Unauthorized'],
  ['invalid_auth', 'Unauthorized'],
  ['account_inactive', 'Unauthorized'],
  ['token_revoked', 'Unauthorized'],
  ['token_expired', 'Unauthorized'],
  ['no_permission', 'Unauthorized'],
  ['missing_scope', 'Unauthorized'],
  ['not_allowed_token_type', 'Unauthorized'],
  ['access_denied', 'Unauthorized'],
  ['internal_error', 'Unavailable'],
  ['fatal_error', 'Unavailable'],
  ['service_unavailable', 'Unavailable'],
  ['request_timeout', 'Unavailable'],
]);

/** Slack's code of a refused call: `channel_not_found`. The library puts a body that is no JSON in the same place. */
export function platformCodeOf(error: unknown): string | undefined {
  if (!(error instanceof WebAPIPlatformError)) return undefined;
  const code: unknown = error.data.error;
  return typeof code === 'string' && /^[a-z_]{1,60}$/.test(code) ? code : undefined;
}

/** Translates whatever ended a call. The library's own error holds the body of the answer, so it is not kept as the cause. */
export function toVendorError(operation: string, error: unknown, answer: Answer): VendorError {
  if (error instanceof VendorError) return error;
  const code = platformCodeOf(error) ?? systemCodeOf(error);
  const kind = answer.timedOut ? 'Timeout' : kindOf(error, answer.status, code);
  const detail = answer.timedOut
    ? 'no answer in time'
    : (code ?? (answer.status === undefined ? 'no answer' : `status ${answer.status}`));
  return new VendorError(
    'Slack',
    kind,
    `Slack ${operation}: ${kind} (${detail})`,
    answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs },
  );
}

function kindOf(error: unknown, status: number | undefined, code: string | undefined): VendorErrorKind {
  if (status === undefined) return code !== undefined && notReachedCodes.has(code) ? 'NotReached' : 'Unavailable';
  if (error instanceof WebAPIRateLimitedError || status === 429) return 'RateLimited';
  const platformCode = platformCodeOf(error);
  if (platformCode !== undefined) return kindOfCode.get(platformCode) ?? 'Rejected';
  // An answer that began well ended badly: with a system's code the connection broke, else it cannot be read.
  if (status < 300) return code === undefined ? 'Malformed' : 'Unavailable';
  if (status === 401 || status === 403) return 'Unauthorized';
  return status >= 500 || status === 408 ? 'Unavailable' : 'Rejected';
}

/** The code of the network's error, which `fetch` wraps once and the library once more. */
function systemCodeOf(error: unknown): string | undefined {
  let current = error instanceof WebAPIRequestError ? error.original : error;
  for (let depth = 0; depth < 3 && current instanceof Error; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && /^(E|UND_ERR_)[A-Z_]+$/.test(current.code)) {
      return current.code;
    }
    current = current.cause;
  }
  return undefined;
}
