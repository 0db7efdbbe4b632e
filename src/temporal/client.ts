import { Client, Connection, type ClientPlugin } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { HistoryCodec } from '../privacy/payload-codec.ts';
import { dataConverterOf } from './data-converter.ts';

interface ClientOptions {
  namespace: string;
  plugins: ClientPlugin[];
  codec: HistoryCodec;
}

/** A client over its own lazy connection: it can be made while Temporal is away, and reconnects by itself. */
export function openClient({ address, ...options }: ClientOptions & { address: string }): {
  client: Client;
  close(): Promise<void>;
} {
  const connection = Connection.lazy({ address, connectTimeout: 2_000 });
  return { client: clientOver(connection, options), close: () => connection.close() };
}

/** A client over the worker's connection: the first task of a workflow it starts can be handed to that worker at once. */
export const clientOf = (connection: NativeConnection, options: ClientOptions): Client =>
  clientOver(connection, options);

const clientOver = (connection: Connection | NativeConnection, { namespace, plugins, codec }: ClientOptions): Client =>
  new Client({ connection, namespace, plugins, dataConverter: dataConverterOf(codec) });
