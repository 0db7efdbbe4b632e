import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Client } from '@hubspot/api-client';
import type { z } from 'zod';
import { VendorError } from '../../domain/failure.ts';
import type { RequestLimit } from '../ports.ts';
import { toVendorError, type Answer } from './errors.ts';

/**
 * HubSpot's own client, bounded and translated. Its retries are off, since the workflow retries, and so is its limiter: a
 * call that waits in a queue would use up its time without being made.
 */
export function createHubSpotClient({
  accessToken,
  baseUrl,
  limit,
}: {
  accessToken: string;
  baseUrl: string;
  limit?: RequestLimit;
}) {
  const basePath = baseUrl.replace(/\/+$/, '');
  const client = new Client({ accessToken, basePath, numberOfApiCallRetries: 0 });
  const Agent = basePath.startsWith('https:') ? HttpsAgent : HttpAgent;

  /** One request, read by `schema`; ends within `timeoutMs`, the wait for its turn included. Throws `VendorError`. */
  return async function ask<T>(operation: string, timeoutMs: number, schema: z.ZodType<T>, send: Send): Promise<T> {
    if (!limit) return await request(operation, timeoutMs, schema, send);
    const startedMs = performance.now();
    // Half of the time is kept for the request itself: to wait to the end and then not to ask would help nobody.
    await limit.admit({ timeoutMs: timeoutMs / 2 });
    try {
      return await request(operation, timeoutMs - (performance.now() - startedMs), schema, send);
    } catch (error) {
      if (error instanceof VendorError && error.kind === 'RateLimited') await limit.pause(error.retryAfterMs ?? 0);
      throw error;
    }
  };

  async function request<T>(operation: string, timeoutMs: number, schema: z.ZodType<T>, send: Send): Promise<T> {
    // The library knows no abort signal; destroying an agent that only this call uses cuts its connection.
    const agent = new Agent();
    const answer: Answer = { timedOut: false };
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      answer.timedOut = true;
      agent.destroy();
      timeout.reject(new Error('no answer in time'));
    }, timeoutMs);
    try {
      return schema.parse(await Promise.race([send(client.crm, callOptions(agent, answer)), timeout.promise]));
    } catch (error) {
      throw toVendorError(operation, error, answer);
    } finally {
      clearTimeout(timer);
      agent.destroy();
    }
  }
}

type Send = (crm: Client['crm'], options: ReturnType<typeof callOptions>) => Promise<unknown>;

/** Per-call options that every API of the library takes: they set the agent and note the answer's status and headers. */
function callOptions(agent: HttpAgent, answer: Answer) {
  const middleware = {
    pre<T extends { setAgent(agent: HttpAgent): void }>(context: T): Promise<T> {
      context.setAgent(agent);
      return Promise.resolve(context);
    },
    post<T extends { httpStatusCode: number; headers: Readonly<Record<string, string>> }>(context: T): Promise<T> {
      answer.status = context.httpStatusCode;
      const retryAfter = context.headers['retry-after'];
      if (retryAfter !== undefined) answer.retryAfter = retryAfter;
      return Promise.resolve(context);
    },
  };
  return { middleware: [middleware], middlewareMergeStrategy: 'append' as const };
}
