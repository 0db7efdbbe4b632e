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

/**
 * HubSpot names no time on most of its 429s, but the policy that was broken. A day ends at midnight where the account is,
 * which is nowhere said: it is tried again every quarter of an hour.
 */
const windows: readonly [policy: RegExp, windowMs: number][] = [
  [/daily/i, 15 * 60_000],
  [/ten_secondly/i, 10_000],
  [/secondly/i, 1_000],
];
const usualWindowMs = 10_000;

const refusal = z.object({ body: z.object({ policyName: z.string().nullish(), message: z.string().nullish() }) });

/**
 * Translates whatever ended a call. The library's own error quotes the response's headers and body in its message, so it is
 * not kept as the cause.
 */
export function toVendorError(operation: string, error: unknown, answer: Answer): VendorError {
  if (error instanceof VendorError) return error;
  const code = systemCodeOf(error);
  const kind = answer.timedOut ? 'Timeout' : kindOf(answer.status, code);
  const detail = answer.timedOut
    ? 'no answer in time'
    : (code ?? (answer.status === undefined ? 'no answer' : `status ${answer.status}`));
  const retryAfterMs = readRetryAfter(answer.retryAfter) ?? (kind === 'RateLimited' ? windowOf(error) : undefined);
  return new VendorError(
    'HubSpot',
    kind,
    `HubSpot ${operation}: ${kind} (${detail})`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

function kindOf(status: number | undefined, code: string | undefined): VendorErrorKind {
  if (status === undefined) return code !== undefined && notReachedCodes.has(code) ? 'NotReached' : 'Unavailable';
  // An answer that began well ended badly: with a system's code the connection broke, else it cannot be read.
  if (status < 300) return code === undefined ? 'Malformed' : 'Unavailable';
  if (status === 429) return 'RateLimited';
  if (status === 404) return 'NotFound';
  if (status === 401 || status === 403) return 'Unauthorized';
  // 423 is a lock and 477 a migration of the account: both pass.
  return status >= 500 || status === 408 || status === 423 || status === 477 ? 'Unavailable' : 'Rejected';
}

/** The library keeps the message of most errors, in which HubSpot names the policy too, and nothing else. */
function windowOf(error: unknown): number {
  const body = refusal.safeParse(error).data?.body;
  const policy = body?.policyName ?? body?.message ?? '';
  return windows.find(([name]) => name.test(policy))?.[1] ?? usualWindowMs;
}

function systemCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}
