import { readConfiguration } from '../../config/environment.ts';
import { createResidueScan, type ResidueReport } from '../../operations/residue.ts';
import { createLogger } from '../../telemetry/log.ts';
import { openClient } from '../../temporal/client.ts';
import { createHistories } from '../../temporal/histories.ts';
import { historyCodecOf, keyringOf } from '../stores.ts';
import { searchOf } from '../search.ts';
import { warehouseOf } from '../warehouse.ts';
import { openCliPool } from './database-place.ts';

/** Looks through everything that this installation keeps. */
export async function scanForResidue(texts: readonly string[], files: readonly string[]): Promise<ResidueReport> {
  const configuration = readConfiguration();
  const log = createLogger({ level: 'silent', process: 'cli', pretty: false });
  const pool = await openCliPool(configuration, log);
  const codec = historyCodecOf(configuration, log);
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_TASK_QUEUE: taskQueue } = configuration;
  const temporal = openClient({ address, namespace, plugins: [], codec });
  try {
    const scan = createResidueScan({
      queries: pool.queries,
      keyring: keyringOf(configuration, pool.queries),
      warehouse: warehouseOf(configuration),
      search: searchOf(configuration),
      histories: createHistories({ client: temporal.client, codec, taskQueue }),
    });
    return await scan(texts, files);
  } finally {
    await Promise.all([pool.close(), temporal.close()]);
  }
}
