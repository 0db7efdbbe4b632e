import { z } from 'zod';
import type { LeadCriteria } from '../../domain/lead-search.ts';
import type { SearchRequest } from '../ports.ts';
import type { Send } from './client.ts';

const page = z.object({
  hits: z.object({ hits: z.array(z.object({ _id: z.string(), sort: z.tuple([z.number(), z.string()]) })) }),
});

/** The leads that fit, newest first. An index that is not made yet is an empty one. */
export async function searchLeads(
  send: Send,
  alias: string,
  { tenantId, criteria, after, limit }: Omit<SearchRequest, 'timeoutMs'>,
): Promise<{ id: string; receivedAt: string }[]> {
  const { hits } = await send(page, (engine) =>
    engine.search({
      index: alias,
      ignore_unavailable: true,
      body: {
        size: limit,
        _source: false,
        track_total_hits: false,
        query: { bool: { filter: [{ term: { tenant_id: { value: tenantId } } }, ...filtersOf(criteria)] } },
        sort: [{ received_at: 'desc' }, { id: 'desc' }],
        ...(after && { search_after: [Date.parse(after.at), after.id] }),
      },
    }),
  );
  return hits.hits.map(({ _id: id, sort: [receivedAt] }) => ({ id, receivedAt: new Date(receivedAt).toISOString() }));
}

function filtersOf({ q, from, to, ...exact }: LeadCriteria) {
  const terms = Object.entries(exact).map(([field, value]) => ({ term: { [field]: { value } } }));
  const range = { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lt: to }) };
  return [
    ...terms,
    ...(Object.keys(range).length > 0 ? [{ range: { received_at: range } }] : []),
    ...(q === undefined ? [] : [{ bool: { minimum_should_match: 1, should: foundBy(q) } }]),
  ];
}

/** Every word is in one of the texts, or it is the whole of what is searched as a whole. */
const foundBy = (q: string) => [
  {
    multi_match: {
      query: q,
      type: 'cross_fields' as const,
      operator: 'and' as const,
      fields: ['first_name', 'last_name', 'message'],
    },
  },
  ...['email', 'phone'].map((field) => ({ term: { [field]: { value: q, case_insensitive: true } } })),
];
