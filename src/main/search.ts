import type { Configuration } from '../config/environment.ts';
import type { SearchPort } from '../connectors/ports.ts';
import { createSearch } from '../connectors/search/index.ts';

/** The search engine of this installation; `undefined` where none is configured. */
export function searchOf({ SEARCH_URL: url, SEARCH_INDEX: alias }: Configuration): SearchPort | undefined {
  return url === undefined ? undefined : createSearch({ url, alias });
}
