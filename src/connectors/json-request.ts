import { z } from 'zod';
import { cutAt, withoutNul } from '../domain/characters.ts';
import { notReachedCodes, type Provider, VendorError, type VendorErrorKind } from '../domain/failure.ts';

export interface JsonRequest {
  method: 'GET' | 'POST';
  /** Behind the base URL, with its query. */
  path: string;
  body?: unknown;
  timeoutMs: number;
}

export interface JsonAnswer {
  headers: Headers;
  /** Parsed, and not checked yet. */
  body: unknown;
}

/** No answer of a provider is longer; what is would fill the memory. */
const maximumBytes = 4 * 1024 * 1024;

/**
 * Asks a vendor that has no library for JSON, once: bounded in time and size, no redirect followed. Throws `VendorError`, whose message
 * names the operation and neither the query nor the answer.
 */
export function createJsonClient({
  provider,
  baseUrl,
  headers,
}: {
  provider: Provider;
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
}) {
  const base = baseUrl.replace(/\/+$/, '');

  return async function ask(operation: string, { method, path, body, timeoutMs }: JsonRequest): Promise<JsonAnswer> {
    const fail = (kind: VendorErrorKind, detail: string, retryAfterMs?: number) =>
      new VendorError(provider, kind, `${provider} ${operation}: ${kind} (${detail})`, {
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    const signal = AbortSignal.timeout(Math.max(1, Math.floor(timeoutMs)));
    let text: string;
    let answered: Headers;
    try {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          ...headers,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        redirect: 'error',
        signal,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!response.ok) {
        // Not waited for: what is thrown away may take as long as it likes.
        response.body?.cancel().catch(() => undefined);
        const retryAfterMs = retryAfterOf(response.headers.get('retry-after'));
        throw fail(kindOf(response.status), `status ${response.status}`, retryAfterMs);
      }
      answered = response.headers;
      text = await readBounded(response, () => fail('Malformed', 'an answer that is too long'));
    } catch (error) {
      if (error instanceof VendorError) throw error;
      if (signal.aborted) throw fail('Timeout', 'no answer in time');
      const code = systemCodeOf(error);
      throw fail(notReachedCodes.has(code ?? '') ? 'NotReached' : 'Unavailable', code ?? 'the connection broke');
    }
    try {
      return { headers: answered, body: JSON.parse(text) };
    } catch {
      throw fail('Malformed', 'an answer that is no JSON');
    }
  };
}

async function readBounded(response: Response, tooLong: () => Error): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maximumBytes) throw tooLong();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function kindOf(status: number): VendorErrorKind {
  if (status === 401 || status === 403) return 'Unauthorized';
  if (status === 402) return 'PaymentRequired';
  if (status === 404 || status === 410) return 'NotFound';
  if (status === 451) return 'Withheld';
  if (status === 429) return 'RateLimited';
  // 499: the vendor itself gave up waiting.
  return status >= 500 || status === 408 || status === 425 || status === 499 ? 'Unavailable' : 'Rejected';
}

function retryAfterOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/** The code of the network's error, which `fetch` wraps. */
function systemCodeOf(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < 4 && current instanceof Error; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && /^(E|UND_ERR_)[A-Z_]+$/.test(current.code))
      return current.code;
    current = current.cause;
  }
  return undefined;
}

const maximumCharacters = 500;

/** A text of an answer, as it can be kept; whatever is not one is as good as not there. */
export const looseText = z
  .string()
  .transform((value) => cutAt(withoutNul(value).trim(), maximumCharacters) || null)
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
