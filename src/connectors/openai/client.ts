import OpenAI from 'openai';
import { toVendorError } from './errors.ts';

export interface OpenAiOptions {
  apiKey: string;
  /** `https://api.openai.com/v1`, or the sandbox. */
  baseUrl: string;
}

/** OpenAI's own client, bounded and translated. What it would read from the environment is given or switched off. */
export function createOpenAiClient({ apiKey, baseUrl }: OpenAiOptions) {
  const client = new OpenAI({
    apiKey,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: baseUrl,
    // A call that the library repeats on its own would not be counted.
    maxRetries: 0,
    // What it logs may quote prompts and answers.
    logLevel: 'off',
    fetchOptions: { redirect: 'error' },
  });

  /** Runs one request, which ends within `timeoutMs`, aborted if need be. Throws `VendorError`. */
  return async function ask<T>(
    operation: string,
    timeoutMs: number,
    request: (client: OpenAI, options: { signal: AbortSignal; timeout: number }) => Promise<T>,
  ): Promise<T> {
    const limitMs = Math.max(1, Math.floor(timeoutMs));
    // The library's own timeout ends when the headers have come; this one covers the body too.
    const signal = AbortSignal.timeout(limitMs);
    try {
      return await request(client, { signal, timeout: limitMs });
    } catch (error) {
      throw toVendorError(operation, error, signal.aborted);
    }
  };
}
