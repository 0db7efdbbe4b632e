import type { Configuration } from '../config/environment.ts';
import type { WarehousePort } from '../connectors/ports.ts';
import { createWarehouse } from '../connectors/warehouse/index.ts';
import { runAlone } from '../db/alone.ts';
import { dataFolder } from './world/folders.ts';

/** The warehouse of this installation; `undefined` where none is configured. */
export function warehouseOf(configuration: Configuration): WarehousePort | undefined {
  const place = warehousePlaceOf(configuration);
  return place && createWarehouse({ place, alone: (work) => runAlone(configuration.DATABASE_URL, 'warehouse', work) });
}

/** `undefined` where none is configured. */
export function warehousePlaceOf({ WAREHOUSE_PATH: path, WAREHOUSE_URL: url, AWS_REGION: region }: Configuration) {
  if (path !== undefined) return { folder: dataFolder(path) };
  if (url === undefined) return undefined;
  const { protocol, origin, hostname, pathname } = new URL(url);
  const parts = decodeURIComponent(pathname)
    .split('/')
    .filter((part) => part !== '');
  if (protocol === 's3:') return { bucket: hostname, prefix: parts.join('/'), region };
  const [bucket, ...prefix] = parts;
  if (bucket === undefined) throw new Error('WAREHOUSE_URL: name the bucket after the address of the server');
  // Servers other than AWS have no regions, and the SDK wants one.
  return { bucket, prefix: prefix.join('/'), endpoint: origin, region: region ?? 'us-east-1' };
}
