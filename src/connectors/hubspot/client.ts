import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Client } from '@hubspot/api-client';
import type { z } from 'zod';
import { toVendorError, type Answer } from './errors.ts';

/**
 * HubSpot's own client, bounded and translated. Its retries are off, since the workflow retries, and so is its limiter: a
 * call that waits in a queue would use up its time without being made.
 */
export function createHubSpotClient({ accessToken, baseUrl }: { accessToken: string; baseUrl: string }) {
  const basePath = baseUrl.replace(/\/+$/, '');
  const client = new Client({ accessToken, basePath, numberOfApiCallRetries: 0 });
  const Agent = basePath.startsWith('https:') ? HttpsAgent : HttpAgent;

  /** One request, read by `schema`; ends within `timeoutMs`. Throws `VendorError`. */
  return async function ask<T>(
    operation: string,
    timeoutMs: number,
    schema: z.ZodType<T>,
    send: (crm: Client['crm'], options: ReturnType<typeof callOptions>) => Promise<unknown>,
  ): Promise<T> {
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
  };
}

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
