import type { Configuration } from '../../config/environment.ts';
import { parseDatabaseAddress } from '../../db/local-address.ts';
import type { Part } from './parts.ts';
import type { PortClaim } from './ports.ts';

/** Every port that the given parts will listen on. */
export function portClaims(configuration: Configuration, parts: ReadonlySet<Part>, withUi: boolean): PortClaim[] {
  const host = '127.0.0.1';
  const claims: Record<Part, PortClaim[]> = {
    postgres: [
      {
        owner: 'PostgreSQL',
        variable: 'DATABASE_URL',
        port: parseDatabaseAddress(configuration.DATABASE_URL).port,
        host,
      },
    ],
    temporal: [
      { owner: 'Temporal', variable: 'TEMPORAL_PORT', port: configuration.TEMPORAL_PORT, host },
      ...(withUi
        ? [{ owner: "Temporal's Web UI", variable: 'TEMPORAL_UI_PORT', port: configuration.TEMPORAL_UI_PORT, host }]
        : []),
    ],
    sandbox: [{ owner: 'the sandbox', variable: 'SANDBOX_PORT', port: configuration.SANDBOX_PORT, host }],
    worker: [],
    api: [{ owner: 'the API', variable: 'PORT', port: configuration.PORT, host: configuration.HOST }],
  };
  return [...parts].flatMap((part) => claims[part]);
}
