import { parseEnvironment } from '../src/config/environment.ts';
import type { Ports } from '../src/connectors/ports.ts';
import { portsOf } from '../src/main/ports.ts';
import type { RunningSandbox } from './running-sandbox.ts';

/** The real connectors, pointed at a sandbox. */
export const vendorPorts = ({ port }: Pick<RunningSandbox, 'port'>): Ports =>
  portsOf(parseEnvironment({ SANDBOX_PORT: String(port) }));
