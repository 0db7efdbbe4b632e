import type { SearchPort } from '../connectors/ports.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { findLeads, readLeadsById } from '../db/lead-rows.ts';
import { VendorError } from '../domain/failure.ts';
import type { LeadCriteria, LeadView } from '../domain/lead-search.ts';
import { Unavailable } from '../domain/unavailable.ts';
import { pageOf, type Place } from './cursor.ts';

const searchTimeoutMs = 5_000;

export interface LeadPage {
  leads: LeadView[];
  next: string | null;
}

/**
 * The leads of one tenant that fit, newest first. The engine says which, and PostgreSQL what is in them: a lead that was erased is not
 * shown, though the index may still have it. Without an engine PostgreSQL does both, but for free text: `no_engine`.
 */
export function createLeadSearch(options: { queries: Queries; tenantId: string; search: SearchPort | undefined }) {
  const { queries, tenantId, search } = options;

  async function searchIn(
    engine: SearchPort,
    request: { criteria: LeadCriteria; after?: Place | undefined; limit: number },
  ) {
    const found = await orSearchUnavailable(
      engine.search({ ...request, tenantId, limit: request.limit + 1, timeoutMs: searchTimeoutMs }),
    );
    const { rows, next } = pageOf(found, request.limit, ({ id, receivedAt }) => ({ at: receivedAt, id }));
    const ids = rows.map(({ id }) => id);
    return { leads: ids.length === 0 ? [] : await orUnavailable(readLeadsById(queries, tenantId, ids)), next };
  }

  return async function searchLeads(request: {
    criteria: LeadCriteria;
    after?: Place | undefined;
    limit: number;
  }): Promise<LeadPage | 'no_engine'> {
    if (search) return searchIn(search, request);
    const { q, ...criteria } = request.criteria;
    if (q !== undefined) return 'no_engine';
    const found = await orUnavailable(findLeads(queries, { ...request, criteria, tenantId, limit: request.limit + 1 }));
    const { rows, next } = pageOf(found, request.limit, ({ id, received_at: at }) => ({ at, id }));
    return { leads: rows, next };
  };
}

export type LeadSearch = ReturnType<typeof createLeadSearch>;

async function orSearchUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof VendorError && error.retryable) throw new Unavailable('the search engine', 5, error);
    throw error;
  }
}
