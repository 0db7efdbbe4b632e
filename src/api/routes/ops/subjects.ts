import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { subjectQuery } from '../../../domain/erasure.ts';
import { maxEventsPerExport, subjectExport } from '../../../domain/subject-export.ts';
import type { Subjects } from '../../../operations/subjects.ts';
import { sendProblem } from '../../problem.ts';
import { bodyRefusals, operatorRefusals } from '../../refusals.ts';

/** `POST /ops/subjects`: all that is held of a person. Not a GET, since an address may not stand in a URL. */
export function subjectRoutes(app: FastifyInstance, { subjects }: { subjects: Subjects }): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/ops/subjects',
    {
      schema: {
        summary: 'All that is held of a person, for that person',
        description: `By an address, a phone, or an id: that of an event or a lead, hubspot:<portal id>:<contact id>, coresignal:<member id>, or lusha:<contact id>. The latest ${maxEventsPerExport} leads and events of each kind; \`cut\` says when there are more. Every export is noted in the audit log, without whom it was about.`,
        security: [{ operator: [] }],
        body: subjectQuery.meta({ examples: [{ email: 'ada@example.com' }] }),
        response: { 200: subjectExport },
        refusals: {
          ...operatorRefusals,
          ...bodyRefusals,
          404: 'Nothing is held under this',
          409: 'More than one person gave this phone, or this mailbox',
        },
      },
    },
    async ({ body }, reply) => {
      const exported = await subjects.export(body, 'operator (http)');
      if (exported === 'nothing')
        return sendProblem(reply, 404, { reason: 'nothing_held', detail: 'nothing is held under this' });
      if (exported === 'ambiguous')
        return sendProblem(reply, 409, {
          reason: 'ambiguous_subject',
          detail:
            'more than one person gave this phone, or the mailbox of this desk; name the one who asks by an address of their own, or by an id',
        });
      return reply.header('cache-control', 'no-store').send(exported);
    },
  );
}
