import { notReachedCodes, VendorError, type VendorErrorKind } from '../../domain/failure.ts';
import { QueryRefused } from './look.ts';

/**
 * Translates whatever ended a call. What DuckDB says may quote a value, so of its errors only the class is kept; a query is told
 * the rest by `QueryRefused`.
 */
export function toVendorError(operation: string, error: unknown, timedOut: boolean): Error {
  if (error instanceof VendorError || error instanceof QueryRefused) return error;
  const kind = timedOut ? 'Timeout' : kindOf(error);
  const detail = timedOut ? 'not done in time' : (codeOf(error) ?? duckDbClass(error) ?? nameOf(error));
  return new VendorError('Warehouse', kind, `Warehouse ${operation}: ${kind} (${detail})`);
}

function kindOf(error: unknown): VendorErrorKind {
  const status = statusOf(error);
  if (status !== undefined) {
    if (status === 429 || nameOf(error) === 'SlowDown') return 'RateLimited';
    if (status === 401 || status === 403) return 'Unauthorized';
    return status >= 500 || status === 408 ? 'Unavailable' : 'Rejected';
  }
  const code = codeOf(error);
  if (code !== undefined && notReachedCodes.has(code)) return 'NotReached';
  if (code !== undefined && ['EACCES', 'EPERM', 'EROFS'].includes(code)) return 'Unauthorized';
  if (nameOf(error) === 'CredentialsProviderError') return 'Unauthorized';
  return /^(Conversion|Invalid Input|Out of Range)/.test(duckDbClass(error) ?? '') ? 'Rejected' : 'Unavailable';
}

/** The status of a bucket's answer, where there was one. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{3,40}$/.test(code) ? code : undefined;
}

const duckDbClass = (error: unknown): string | undefined =>
  error instanceof Error ? /^([A-Z][A-Za-z ]{1,30} Error):/.exec(error.message)?.[1] : undefined;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
