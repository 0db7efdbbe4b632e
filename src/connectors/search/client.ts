import type { Client, ApiResponse } from '@opensearch-project/opensearch';
import type { z } from 'zod';
import { toVendorError } from './errors.ts';

/** One request, and what its answer is read as. */
export type Send = <T>(
  answer: z.ZodType<T>,
  request: (engine: Client) => Promise<ApiResponse> & { abort(): void },
) => Promise<T>;

/** Runs the requests of one operation, which end together within `timeoutMs`, aborted if need be. Throws `VendorError`. */
export type Ask = <T>(operation: string, timeoutMs: number, requests: (send: Send) => Promise<T>) => Promise<T>;

/** OpenSearch's own client, bounded and translated. */
export function createSearchClient(url: string): Ask {
  let opened: Promise<Client> | undefined;

  return async function ask(operation, timeoutMs, requests) {
    const signal = AbortSignal.timeout(Math.max(0, Math.floor(timeoutMs)));
    const send: Send = async (answer, request) => {
      opened ??= openClient(url);
      const engine = await opened;
      signal.throwIfAborted();
      const asked = request(engine);
      // Aborting returns the request itself; returned to the event, it would be awaited there, where nobody catches what it ends with.
      const abort = () => {
        asked.abort();
      };
      signal.addEventListener('abort', abort);
      try {
        return answer.parse((await asked).body);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    };
    try {
      return await requests(send);
    } catch (error) {
      throw toVendorError(operation, error, signal.aborted);
    }
  };
}

async function openClient(url: string): Promise<Client> {
  // Large: whoever never searches does not load it.
  const { Client, Connection } = await import('@opensearch-project/opensearch');

  class QuietConnection extends Connection {
    override request(...[params, callback]: Parameters<InstanceType<typeof Connection>['request']>) {
      let cause: Error | undefined;
      const request = super.request(params, (error, response) => {
        // The library keeps the message of the network's error and drops its code; one that comes after the headers it prints.
        if (error) error.cause = cause;
        else request.removeAllListeners('error').on('error', () => {});
        callback(error, response);
      });
      return request.prependListener('error', (error) => (cause = error));
    }
  }

  // One address, of which it is never said that it is dead: whether to ask again is decided elsewhere. The time of each call is ours.
  return new Client({
    node: url,
    Connection: QuietConnection,
    maxRetries: 0,
    resurrectStrategy: 'none',
    requestTimeout: 600_000,
  });
}
