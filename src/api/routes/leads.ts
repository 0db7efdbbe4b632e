import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { leadCriteria, type LeadCriteria, leadView, maxLeadsPerPage } from '../../domain/lead-search.ts';
import { readCursor } from '../../operations/cursor.ts';
import type { LeadPage, LeadSearch } from '../../operations/lead-search.ts';
import { readJsonBodies } from '../plugins/json-bodies.ts';
import type { Reader, Readers } from '../plugins/reader-auth.ts';
import { sendProblem } from '../problem.ts';
import { sendUnreadableCursor } from './ops/unreadable-cursor.ts';
import { bodyRefusals, leadReaderRefusals, queryRefusals } from '../refusals.ts';

const cursor = z.string().max(300).exactOptional();
const limit = z.int().min(1).max(maxLeadsPerPage).default(50);
const inQuery = leadCriteria.extend({
  cursor,
  limit: z.coerce.number().pipe(z.int().min(1).max(maxLeadsPerPage)).default(50),
});
const inBody = leadCriteria.extend({ cursor, limit });
const page = z.object({ leads: z.array(leadView), next: z.string().nullable() });
const description =
  'Newest first, page by page. All that is said has to hold. Without a search engine (SEARCH_URL) q is not answered; with one, a lead shows a second or so after it was captured.';

type Request = LeadCriteria & { cursor?: string; limit: number };

/** `GET /api/v1/leads` and `POST /api/v1/leads/search`: the same, without an address in a URL. */
export async function leadRoutes(
  app: FastifyInstance,
  { searchLeads, readers }: { searchLeads: LeadSearch; readers: Readers },
): Promise<void> {
  async function answer(
    { cursor: place, limit: count, ...asked }: Request,
    reader: Reader,
    reply: FastifyReply,
  ): Promise<LeadPage | FastifyReply> {
    const criteria = criteriaFor(reader, asked);
    if (!criteria) return sendSourceNeeded(reply);
    const after = place === undefined ? undefined : readCursor(place);
    if (place !== undefined && !after) return sendUnreadableCursor(reply);
    const found = await searchLeads({ criteria, after, limit: count });
    if (found !== 'no_engine') return found;
    return sendProblem(reply, 400, {
      reason: 'no_search_engine',
      detail: 'q needs a search engine: set SEARCH_URL, or look by the other criteria alone',
    });
  }

  await app.register(async (scope) => {
    readJsonBodies(scope);
    scope.addHook('onRequest', readers.require('leads'));
    const routes = scope.withTypeProvider<ZodTypeProvider>();
    const common = { description, security: [{ operator: [] }, { sender: [] }], response: { 200: page } };
    routes.get(
      '/api/v1/leads',
      {
        schema: {
          summary: 'Search leads',
          querystring: inQuery,
          ...common,
          refusals: { ...leadReaderRefusals, ...queryRefusals },
        },
      },
      async (request, reply) => answer(request.query, readers.of(request), reply),
    );
    routes.post(
      '/api/v1/leads/search',
      {
        schema: {
          summary: 'Search leads, with no criteria in the URL',
          body: inBody,
          ...common,
          refusals: { ...leadReaderRefusals, ...bodyRefusals },
        },
      },
      async (request, reply) => answer(request.body, readers.of(request), reply),
    );
  });
}

/** A key that is bound to sources sees theirs; of several it has to name one. */
function criteriaFor({ sources }: Reader, asked: LeadCriteria): LeadCriteria | undefined {
  if (sources === null) return asked;
  const [only, ...others] = sources;
  const source = asked.source ?? (others.length === 0 ? only : undefined);
  return source !== undefined && sources.includes(source) ? { ...asked, source } : undefined;
}

const sendSourceNeeded = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, 400, {
    reason: 'source_needed',
    detail: 'this key is bound to sources: name one of them as `source`',
  });
