import { z } from 'zod';
import { notReachedCodes, VendorError, type VendorErrorKind } from '../../domain/failure.ts';

/** What the library knows of a refused request; its own classes would have to be loaded to be asked for. */
const refusal = z.object({
  name: z.literal('ResponseError'),
  meta: z.object({
    statusCode: z.number(),
    headers: z.record(z.string(), z.unknown()).nullish(),
    body: z.unknown(),
  }),
});
const engineError = z.object({ error: z.object({ type: z.string().regex(/^[a-z_]{3,80}$/) }) });

/** The engine's own name of a refusal: `strict_dynamic_mapping_exception`. */
export function refusalOf(error: unknown): { status: number; type: string | undefined } | undefined {
  const refused = refusal.safeParse(error).data;
  return (
    refused && { status: refused.meta.statusCode, type: engineError.safeParse(refused.meta.body).data?.error.type }
  );
}

/** Of one line of a bulk request that the engine refused. */
export class LineRefused extends Error {
  override readonly name = 'LineRefused';
  readonly status: number;
  readonly type: string;

  constructor({ status, type }: { status: number; type: string }) {
    super(type);
    this.status = status;
    this.type = type;
  }
}

/** Translates whatever ended a call. What the engine says may quote a document or a query, so only its names are kept. */
export function toVendorError(operation: string, error: unknown, timedOut: boolean): VendorError {
  if (error instanceof VendorError) return error;
  const answer = error instanceof LineRefused ? error : refusalOf(error);
  const code = codeOf(error);
  const kind = timedOut ? 'Timeout' : answer ? kindOf(answer) : kindWithoutAnswer(error, code);
  const detail = timedOut
    ? 'no answer in time'
    : (answer?.type ?? (answer ? `status ${answer.status}` : (code ?? nameOf(error))));
  const retryAfterMs = retryAfterOf(error);
  return new VendorError(
    'Search',
    kind,
    `Search ${operation}: ${kind} (${detail})`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

function kindOf({ status, type }: { status: number; type: string | undefined }): VendorErrorKind {
  if (status === 429) return 'RateLimited';
  // An index that is read-only (a disk that is nearly full), or is being made, is one again later.
  if (type === 'cluster_block_exception' || type === 'index_not_found_exception') return 'Unavailable';
  if (status === 401 || status === 403) return 'Unauthorized';
  if (status === 404) return 'NotFound';
  return status >= 500 || status === 408 ? 'Unavailable' : 'Rejected';
}

function kindWithoutAnswer(error: unknown, code: string | undefined): VendorErrorKind {
  if (error instanceof z.ZodError || nameOf(error) === 'DeserializationError') return 'Malformed';
  return code !== undefined && notReachedCodes.has(code) ? 'NotReached' : 'Unavailable';
}

/** The code of the network's error, which is kept as the cause of the library's. */
function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{3,40}$/.test(code) ? code : undefined;
}

function retryAfterOf(error: unknown): number | undefined {
  const seconds = refusal.safeParse(error).data?.meta.headers?.['retry-after'];
  return typeof seconds === 'string' && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : undefined;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
