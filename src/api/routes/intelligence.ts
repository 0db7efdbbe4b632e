import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { hasNoNul } from '../../domain/characters.ts';
import { buyerGroupView, companyView } from '../../domain/buyer-group-view.ts';
import { refreshReceipt, type RefreshReceipt } from '../../domain/job-view.ts';
import { enrichmentLevels } from '../../domain/refresh.ts';
import type { BuyerGroups } from '../../operations/buyer-groups.ts';
import { readCursor } from '../../operations/cursor.ts';
import type { RefreshRequests, RefreshWish } from '../../operations/refresh-requests.ts';
import { readEmail } from '../../domain/email.ts';
import { isSharedSite, readCompanyNamed } from '../../sources/role-change/company-named.ts';
import { isAddress } from '../../sources/role-change/fields.ts';
import { optionalDomain } from '../../sources/role-change/fields.ts';
import { readJsonBodies } from '../plugins/json-bodies.ts';
import type { Reader, Readers } from '../plugins/reader-auth.ts';
import { sendProblem } from '../problem.ts';
import { sendUnreadableCursor } from './ops/unreadable-cursor.ts';
import { sendUnknownCompany } from './unknown-company.ts';
import { bodyRefusals, leadReaderRefusals, queryRefusals } from '../refusals.ts';

const maxCompaniesPerPage = 100;
const params = z.object({ id: z.string().max(300) });
const told = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .refine(hasNoNul, 'expected a text without NUL characters; leave them out');
const wish = z.strictObject({
  enrichmentLevel: z
    .enum(enrichmentLevels)
    .optional()
    .describe('What is asked of the people found: nothing more, their addresses, or their numbers too.'),
  force: z.boolean().optional().describe('Run within the hour, too; for operators.'),
  notify: z
    .email('expected one plain address')
    .max(254)
    .optional()
    .describe('Who is told what has changed, if anything has.'),
});
const company = z
  .strictObject({
    domain: told.optional().describe('As `example.com`, or its website.'),
    name: told.optional().describe('Where the domain is not known, or beside it.'),
  })
  .refine(({ domain, name }) => domain !== undefined || name !== undefined, 'expected a domain, or else a name');
const security = [{ operator: [] }, { sender: [] }];
const unknownCompany = { 404: 'No company is known by this id or domain' };
const namesNoCompany = { 400: 'It is an address of somebody, or a site on which many have a page, and no company' };
const mayNotForce = { 403: 'The key may not read leads, or wants to force what is for operators' };
const aboutRefresh =
  'It goes first, within the same limits as a role change: once an hour for a company, and so many a minute over all. What is left out of the body is as causeway.yaml has it. force runs it within the hour too, and is for operators. notify is told what has changed, if anything has. Takes the right to read leads.';

/** `/api/v1/intelligence`: companies, their buyer groups, and asking for a refresh. */
export async function intelligenceRoutes(
  app: FastifyInstance,
  dependencies: { buyerGroups: BuyerGroups; refreshRequests: RefreshRequests; readers: Readers },
): Promise<void> {
  const { buyerGroups, refreshRequests, readers } = dependencies;
  const seesPeople = readers.require('leads', 'or refresh buyer groups, which takes the right to read leads');

  async function findCompany(text: string, { tenantId }: Reader): Promise<string | undefined> {
    const named = readCompanyNamed(text);
    return named && buyerGroups.find(named, tenantId);
  }

  /** `undefined`: it was refused, and that is said. */
  async function refresh(
    { tenantId, by }: Reader,
    asked: RefreshWish,
    find: () => Promise<string | undefined>,
    reply: FastifyReply,
  ): Promise<RefreshReceipt | FastifyReply> {
    // Only operators are of no tenant.
    if (asked.force && tenantId !== null) {
      return sendProblem(reply, 403, {
        reason: 'only_operators_force',
        detail:
          'force pays for a second run within the hour, so it is for operators; leave it out, and it runs after that',
      });
    }
    const companyId = await find();
    if (companyId === undefined) return sendUnknownCompany(reply);
    const receipt = await refreshRequests.request(companyId, tenantId, asked, by);
    return reply.code(202).header('location', `/api/v1/jobs/${receipt.jobId}`).send(receipt);
  }

  await app.register(async (scope) => {
    readJsonBodies(scope);
    const routes = scope.withTypeProvider<ZodTypeProvider>();
    routes.get(
      '/api/v1/intelligence/companies',
      {
        schema: {
          summary: 'List companies with the scores of their buyer groups',
          description:
            'Newest first, page by page. query: what the name or the domain has in it, or one by which the company was met before. Takes the right to read leads.',
          security,
          querystring: z.strictObject({
            query: told.optional(),
            cursor: z.string().max(300).optional(),
            limit: z.coerce.number().pipe(z.int().min(1).max(maxCompaniesPerPage)).default(50),
          }),
          response: { 200: z.object({ companies: z.array(companyView), next: z.string().nullable() }) },
          refusals: { ...leadReaderRefusals, ...queryRefusals },
        },
        // A key can stand in a page: which companies a team wants to win is nobody's business there.
        onRequest: seesPeople,
      },
      async (request, reply) => {
        const { cursor, ...asked } = request.query;
        const after = cursor === undefined ? undefined : readCursor(cursor);
        if (cursor !== undefined && !after) return sendUnreadableCursor(reply);
        return buyerGroups.list({ ...asked, after }, readers.of(request).tenantId);
      },
    );
    routes.get(
      '/api/v1/intelligence/companies/:id/buyer-group',
      {
        schema: {
          summary: 'Show the buyer group of a company, with its people',
          description:
            'id: that of the company, or of one that was merged into it (formerIds), or its domain. Personal data: takes the right to read leads.',
          params,
          security,
          response: { 200: buyerGroupView },
          refusals: { ...leadReaderRefusals, ...unknownCompany, ...namesNoCompany },
        },
        onRequest: seesPeople,
      },
      async (request, reply) => {
        const refused = whyNoCompany(request.params.id);
        if (refused) return sendProblem(reply, 400, refused);
        const companyId = await findCompany(request.params.id, readers.of(request));
        const group = companyId === undefined ? undefined : await buyerGroups.show(companyId);
        return group ? reply.header('cache-control', 'no-store').send(group) : sendUnknownCompany(reply);
      },
    );
    routes.post(
      '/api/v1/intelligence/companies/:id/refresh',
      {
        schema: {
          summary: 'Have the buyer group of a company refreshed',
          description: `id: that of the company, or its domain. ${aboutRefresh}`,
          params,
          security,
          body: wish.meta({ examples: [{ enrichmentLevel: 'enrich' }] }),
          response: { 202: refreshReceipt },
          refusals: { ...leadReaderRefusals, ...bodyRefusals, ...unknownCompany, ...mayNotForce },
        },
        onRequest: seesPeople,
        // Whoever wants nothing special need not send a body.
        preValidation: async (request) => {
          request.body ??= {};
        },
      },
      async (request, reply) => {
        const reader = readers.of(request);
        const refused = whyNoCompany(request.params.id);
        if (refused) return sendProblem(reply, 400, refused);
        return refresh(reader, request.body, () => findCompany(request.params.id, reader), reply);
      },
    );
    routes.post(
      '/api/v1/intelligence/companies',
      {
        schema: {
          summary: 'Have the buyer group of a company refreshed that may not be known yet',
          description: `By its domain, or, where that is not known, by its name; both together say more. ${aboutRefresh}`,
          security,
          body: wish.extend({ company }).meta({ examples: [{ company: { domain: 'example.com', name: 'Example' } }] }),
          response: { 202: refreshReceipt },
          refusals: { ...leadReaderRefusals, ...bodyRefusals, ...mayNotForce },
        },
        onRequest: seesPeople,
      },
      async (request, reply) => {
        const reader = readers.of(request);
        const {
          company: { domain: website, name },
          ...asked
        } = request.body;
        const refused = whyNoCompany(website ?? '') ?? (readEmail(name ?? '') && anAddress);
        if (refused) return sendProblem(reply, 400, refused);
        const domain = optionalDomain.parse(website);
        if (website !== undefined && domain === undefined) {
          return sendProblem(reply, 400, {
            reason: 'no_domain',
            detail: 'company.domain is no domain; send it as example.com, or leave it out and send company.name',
          });
        }
        return refresh(reader, asked, () => refreshRequests.add({ domain, name }, reader.tenantId), reply);
      },
    );
  });
}

const anAddress = {
  reason: 'no_domain',
  detail:
    'an address names somebody, and no company; send the domain of the company alone, as example.com, or where that is not known its name in POST /api/v1/intelligence/companies',
};

const aSharedSite = {
  reason: 'no_domain',
  detail:
    "many companies have a page or a mailbox at this site, so that it is the domain of none; send the company's own domain, as example.com, or where that is not known its name alone in POST /api/v1/intelligence/companies",
};

/** What is wrong with a text that is to name a company; `undefined`: it may. */
function whyNoCompany(text: string): typeof anAddress | undefined {
  if (isAddress(text)) return anAddress;
  return isSharedSite(text) ? aSharedSite : undefined;
}
