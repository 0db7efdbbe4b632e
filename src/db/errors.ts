import { DatabaseError } from 'pg';

/** The SQLSTATE of an error from PostgreSQL, however deep it is wrapped; `undefined` for any other error. */
export function sqlState(error: unknown): string | undefined {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (cause instanceof DatabaseError) return cause.code;
  }
  return undefined;
}

const connectionErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
]);

/** Whether PostgreSQL is away, starting, stopping or out of room: a later try may succeed, and nothing was committed that we know of. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) {
    // 08 connection, 53 resources, 57P0x shutdown, 58 system, 55P03 and 57014 our own time limits, 25006 read-only.
    return /^(08|53|57P0|58)/.test(state) || ['55P03', '57014', '25006', '40P01', '40001', '25P03'].includes(state);
  }
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if ('code' in cause && typeof cause.code === 'string' && connectionErrors.has(cause.code)) return true;
    if (
      /connection (terminated|timeout|error)|timeout exceeded when trying to connect|query read timeout/i.test(
        cause.message,
      )
    )
      return true;
  }
  return false;
}
