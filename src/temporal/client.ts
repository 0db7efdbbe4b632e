import { Client, Connection, type ClientPlugin } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';

/** A client over its own lazy connection: it can be made while Temporal is away, and reconnects by itself. */
export function openClient(options: { address: string; namespace: string; plugins: ClientPlugin[] }): {
  client: Client;
  close(): Promise<void>;
} {
  const connection = Connection.lazy({ address: options.address, connectTimeout: 2_000 });
  const client = new Client({ connection, namespace: options.namespace, plugins: options.plugins });
  return { client, close: () => connection.close() };
}

/** A client over the worker's connection: the first task of a workflow it starts can be handed to that worker at once. */
export function clientOf(
  connection: NativeConnection,
  options: { namespace: string; plugins: ClientPlugin[] },
): Client {
  return new Client({ connection, namespace: options.namespace, plugins: options.plugins });
}
