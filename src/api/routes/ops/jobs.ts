import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { jobCanceled, jobView } from '../../../domain/job-view.ts';
import { jobStatuses } from '../../../domain/refresh.ts';
import type { BuyerGroups } from '../../../operations/buyer-groups.ts';
import { readCursor } from '../../../operations/cursor.ts';
import type { Jobs } from '../../../operations/jobs.ts';
import { readCompanyNamed } from '../../../sources/role-change/company-named.ts';
import { sendProblem } from '../../problem.ts';
import { sendUnknownCompany } from '../unknown-company.ts';
import { sendUnreadableCursor } from './unreadable-cursor.ts';
import { operatorRefusals, queryRefusals } from '../../refusals.ts';

const maxJobsPerPage = 100;

/** `GET /ops/jobs`: refreshes of all companies. `POST /ops/jobs/:id/cancel`: end one. */
export function jobRoutes(app: FastifyInstance, { jobs, buyerGroups }: { jobs: Jobs; buyerGroups: BuyerGroups }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/ops/jobs',
    {
      schema: {
        summary: 'List refreshes of buyer groups',
        description: 'Newest first, page by page. company: its id or its domain.',
        security: [{ operator: [] }],
        querystring: z.strictObject({
          status: z.enum(jobStatuses).optional(),
          company: z.string().min(1).max(300).optional(),
          cursor: z.string().max(300).optional(),
          limit: z.coerce.number().pipe(z.int().min(1).max(maxJobsPerPage)).default(50),
        }),
        response: { 200: z.object({ jobs: z.array(jobView), next: z.string().nullable() }) },
        refusals: { ...operatorRefusals, ...queryRefusals, 404: 'No company is known by this id or domain' },
      },
    },
    async ({ query: { status, company, cursor, limit } }, reply) => {
      const after = cursor === undefined ? undefined : readCursor(cursor);
      if (cursor !== undefined && !after) return sendUnreadableCursor(reply);
      if (company === undefined) return jobs.list({ status, after, limit });
      const named = readCompanyNamed(company);
      const companyId = named && (await buyerGroups.find(named, null));
      if (companyId === undefined) return sendUnknownCompany(reply);
      return jobs.list({ status, companyId, after, limit });
    },
  );
  routes.post(
    '/ops/jobs/:id/cancel',
    {
      schema: {
        summary: 'End a refresh',
        description:
          'One that waits is canceled at once. One that runs is asked to end, and is canceled as soon as it has; what it was told until then is kept.',
        params: z.object({ id: z.string().max(100) }),
        security: [{ operator: [] }],
        response: { 202: jobCanceled },
        refusals: {
          ...operatorRefusals,
          404: 'No job has this id',
          409: 'The job is over',
          503: 'The database is away, or nothing is there yet that could be asked to end; ask again after Retry-After',
        },
      },
    },
    async ({ params: { id } }, reply) => {
      const asked = z.uuid().safeParse(id).success ? await jobs.cancel(id, 'operator (http)') : undefined;
      if (!asked || asked.result === 'missing') return sendUnknownJob(reply);
      if (asked.result === 'canceled') return reply.code(202).send(asked.job);
      const status = asked.status === 'processing' ? 'over' : asked.status;
      return sendProblem(reply, 409, {
        reason: 'job_is_over',
        detail: `this job is ${status}: there is nothing to cancel; ask for a new refresh if you want one`,
      });
    },
  );
}

const sendUnknownJob = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, 404, { reason: 'unknown_job', detail: 'no job has this id; GET /ops/jobs lists them' });
