import { parseEnvironment } from '../../config/environment.ts';
import { startWorld } from '../world.ts';
import { freePorts } from './ports.ts';

export interface LocalServers {
  databaseUrl: string;
  temporalAddress: string;
  stop(): Promise<void>;
}

/**
 * Only PostgreSQL and Temporal (without its Web UI), on ports that nobody has: what a test-suite needs.
 * Use the same `dataDir` each time: a suite that was killed is then cleaned up after by the next one.
 */
export async function startLocalServers(options: {
  dataDir: string;
  fresh?: boolean;
  log?: (line: string) => void;
}): Promise<LocalServers> {
  const [databasePort, temporalPort] = await freePorts(2);
  const configuration = parseEnvironment({
    NODE_ENV: 'test',
    DATABASE_URL: `postgres://causeway:causeway@127.0.0.1:${databasePort}/causeway`,
    TEMPORAL_PORT: String(temporalPort),
  });
  const world = await startWorld({
    ...options,
    configuration,
    only: ['postgres', 'temporal'],
    headless: true,
    handleSignals: false,
    quiet: options.log === undefined,
  });
  return {
    databaseUrl: configuration.DATABASE_URL,
    temporalAddress: configuration.TEMPORAL_ADDRESS,
    stop: () => world.stop(),
  };
}
