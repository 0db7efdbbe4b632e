import { readConfiguration } from '../../config/environment.ts';
import { runAlone } from '../../db/alone.ts';
import { createSearchIndex, type SearchIndex } from '../../operations/search-index.ts';
import { createLogger } from '../../telemetry/log.ts';
import { searchOf } from '../search.ts';
import { openCliPool } from './database-place.ts';

const waitMs = 1_000;

/** The search index of this installation, over its engine and its database. */
export async function withSearch<T>(work: (index: SearchIndex) => Promise<T>): Promise<T> {
  const configuration = readConfiguration();
  const pool = await openCliPool(configuration, createLogger({ level: 'silent', process: 'cli', pretty: false }));
  try {
    return await work(
      createSearchIndex({
        queries: pool.queries,
        search: searchOf(configuration),
        alone: (rebuild) => runAlone(configuration.DATABASE_URL, 'a rebuild of the search index', rebuild, waitMs),
      }),
    );
  } finally {
    await pool.close();
  }
}
