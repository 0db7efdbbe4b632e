import fastify from 'fastify';
import { mountControl } from './control.ts';
import { mountVendor } from './mount-vendor.ts';
import { openState } from './state.ts';
import { vendors } from './vendors.ts';

export interface SandboxOptions {
  /** 0 takes any free port. */
  port: number;
  /** The file that its state is kept in; made when it is absent. */
  statePath: string;
  host?: string;
}

export interface Sandbox {
  /** Without a slash at the end. */
  url: string;
  port: number;
  /** Cuts open connections, those that a fault keeps waiting too. */
  close(): Promise<void>;
}

/** Stand-ins for the vendors over real HTTP. Rejects when the port is taken. */
export async function startSandbox({ port, statePath, host = '127.0.0.1' }: SandboxOptions): Promise<Sandbox> {
  const state = openState(statePath);
  const app = fastify({
    bodyLimit: 1_048_576,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
  });
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null, undefined);
    else void parseJson(request, text, done);
  });
  mountControl(app, vendors, state);
  for (const vendor of vendors) mountVendor(app, vendor, state);

  try {
    await app.listen({ port, host });
  } catch (error) {
    state.close();
    await app.close();
    throw explain(error, host, port);
  }
  const address = app.server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host}:${listening}`,
    port: listening,
    async close() {
      await app.close();
      state.close();
    },
  };
}

function explain(error: unknown, host: string, port: number): unknown {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (!taken) return error;
  return new Error(`port ${port} of ${host} is taken; stop what listens there or set SANDBOX_PORT to a free one`, {
    cause: error,
  });
}
