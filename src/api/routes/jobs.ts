import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { jobView } from '../../domain/job-view.ts';
import type { Jobs } from '../../operations/jobs.ts';
import type { Readers } from '../plugins/reader-auth.ts';
import { sendProblem } from '../problem.ts';
import { readerRefusals } from '../refusals.ts';

/** `GET /api/v1/jobs/:id`: how far a refresh is; for operators, and for keys of whoever may send what it is done for. */
export function jobRoutes(app: FastifyInstance, { jobs, readers }: { jobs: Jobs; readers: Readers }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/jobs/:id',
    {
      schema: {
        summary: "Show how far a refresh of a company's buyer group is",
        description:
          'A key that is bound to sources sees the jobs that events of these led to, or that it asked for, and of their reasons its own.',
        params: z.object({ id: z.string().max(100) }),
        security: [{ operator: [] }, { sender: [] }],
        response: { 200: jobView },
        refusals: { ...readerRefusals, 404: 'No job that you may see has this id' },
      },
      onRequest: readers.require('events'),
    },
    async (request, reply) => {
      const { id } = request.params;
      const job = z.uuid().safeParse(id).success ? await jobs.read(id, readers.of(request)) : undefined;
      return (
        job ??
        sendProblem(reply, 404, {
          reason: 'unknown_job',
          detail:
            'no job that you may see has this id; it is the `jobId` of an event, or of what a refresh was answered with',
        })
      );
    },
  );
}
