import { join } from 'node:path';
import type { Configuration } from '../../config/environment.ts';
import type { Program } from './start-program.ts';

/** The programs that need no database to start: they come up beside it. */
export function sandboxProgram(configuration: Configuration, dataDir: string): Program {
  const port = configuration.SANDBOX_PORT;
  return {
    name: 'sandbox',
    file: 'sandbox/main.ts',
    args: ['--port', String(port), '--state', join(dataDir, 'sandbox.state')],
    environment: {},
    readyUrl: `http://127.0.0.1:${port}/_sandbox/health`,
  };
}

/** The service itself. That the worker is ready is part of the API's answer. */
export function serviceProgram(
  name: 'api' | 'worker',
  configuration: Configuration,
  environment: Readonly<Record<string, string>>,
): Program {
  return {
    name,
    file: `src/main/${name}.ts`,
    args: [],
    environment: { ...environment, ...placesOf(configuration) },
    ...(name === 'api' && { readyUrl: `${apiUrl(configuration)}/readyz` }),
  };
}

export function apiUrl({ HOST, PORT }: Configuration): string {
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  return `http://${host}:${PORT}`;
}

/** Where everything is, said to the children also when our own configuration did not come from the environment. */
function placesOf(configuration: Configuration): Record<string, string> {
  return {
    HOST: configuration.HOST,
    PORT: String(configuration.PORT),
    SANDBOX_PORT: String(configuration.SANDBOX_PORT),
    DATABASE_URL: configuration.DATABASE_URL,
    TEMPORAL_NAMESPACE: configuration.TEMPORAL_NAMESPACE,
    TEMPORAL_TASK_QUEUE: configuration.TEMPORAL_TASK_QUEUE,
    TEMPORAL_ADDRESS: configuration.TEMPORAL_ADDRESS,
    TEMPORAL_UI_URL: configuration.TEMPORAL_UI_URL,
  };
}
