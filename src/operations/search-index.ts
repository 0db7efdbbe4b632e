import type { SearchPort, SearchStatus, VersionedDocument } from '../connectors/ports.ts';
import type { Queries } from '../db/database.ts';
import {
  countLeads,
  type IndexedLead,
  missingLeads,
  readChangedLeads,
  readClock,
  readLeadsAfter,
} from '../db/lead-index.ts';

const chunk = 500;
const idsPerLook = 10_000;
const call = { timeoutMs: 60_000 };
const beforeAll = '00000000-0000-0000-0000-000000000000';
/** Longer than a statement runs: a row that is written for that long bears the time at which it was begun. */
const marginMs = 60_000;

export interface Rebuilt {
  index: string;
  /** Leads that were read from PostgreSQL. */
  leads: number;
  /** Of them those that changed meanwhile. */
  again: number;
  /** Documents without a lead, which were taken out. */
  removed: number;
}

/** What operators do with the search index. Both throw an error that says so where there is no engine. */
export function createSearchIndex(options: {
  queries: Queries;
  search: SearchPort | undefined;
  /** Runs one rebuild at a time, over all processes; the signal says that another may have begun. */
  alone: <T>(work: (lost: AbortSignal) => Promise<T>) => Promise<T>;
}) {
  const { queries, alone } = options;

  function configured(): SearchPort {
    if (options.search) return options.search;
    throw new Error('no search engine is configured: set SEARCH_URL');
  }

  async function status(): Promise<SearchStatus & { leads: number }> {
    const engine = configured();
    return { ...(await engine.status(call)), leads: await countLeads(queries) };
  }

  /**
   * Builds a new index from PostgreSQL while the old one is written to and searched, and puts it in its place. What may have gone to
   * the old one alone meanwhile was changed since the beginning, so that is read once more after the change; what was erased
   * meanwhile has no row, and is taken out again.
   */
  async function rebuild(): Promise<Rebuilt> {
    const search = configured();
    return alone(async (lost) => {
      const since = new Date((await readClock(queries)).getTime() - marginMs);
      const index = await search.beginIndex(call);
      const fill = async (leads: readonly IndexedLead[]) => {
        lost.throwIfAborted();
        if (leads.length > 0) await search.fillIndex(index, leads.map(documentOf), call);
      };

      let count = 0;
      for (let after = beforeAll; ;) {
        const leads = await readLeadsAfter(queries, after, chunk);
        await fill(leads);
        count += leads.length;
        const last = leads.at(-1);
        if (!last) break;
        after = last.columns.id;
      }
      lost.throwIfAborted();
      await search.adoptIndex(index, call);

      let again = 0;
      for (let after: string | undefined = beforeAll; after !== undefined;) {
        const changed: Awaited<ReturnType<typeof readChangedLeads>> = await readChangedLeads(queries, {
          since,
          after,
          window: idsPerLook,
        });
        for (let from = 0; from < changed.leads.length; from += chunk) {
          await fill(changed.leads.slice(from, from + chunk));
        }
        again += changed.leads.length;
        after = changed.last;
      }
      return { index, leads: count, again, removed: await removeStrays(search) };
    });
  }

  async function removeStrays(search: SearchPort): Promise<number> {
    let removed = 0;
    for (let after: string | undefined; ;) {
      const ids = await search.listIds(after, chunk, call);
      if (ids.length === 0) return removed;
      const strays = await missingLeads(queries, ids);
      removed += await search.erase(strays, call);
      after = ids.at(-1);
    }
  }

  return { status, rebuild };
}

export type SearchIndex = ReturnType<typeof createSearchIndex>;

const documentOf = ({ columns, updatedAt }: IndexedLead): VersionedDocument => ({ document: columns, updatedAt });
