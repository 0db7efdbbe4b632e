import type { FastifyInstance } from 'fastify';
import { readJsonBodies } from '../../plugins/json-bodies.ts';
import { requireOperator } from '../../plugins/operator-auth.ts';
import { erasureRoutes } from './erasures.ts';
import { failureRoutes } from './failures.ts';
import { jobRoutes } from './jobs.ts';
import { laneRoutes } from './lanes.ts';
import { providerRoutes } from './providers.ts';
import { redriveRoutes } from './redrives.ts';
import { settlementRoutes } from './settlements.ts';
import { subjectRoutes } from './subjects.ts';
import { violationRoutes } from './violations.ts';
import { whyRoutes } from './why.ts';

export type OpsDependencies = { operatorKey: string } & Parameters<typeof failureRoutes>[1] &
  Parameters<typeof redriveRoutes>[1] &
  Parameters<typeof erasureRoutes>[1] &
  Parameters<typeof subjectRoutes>[1] &
  Parameters<typeof settlementRoutes>[1] &
  Parameters<typeof jobRoutes>[1] &
  Parameters<typeof laneRoutes>[1] &
  Parameters<typeof providerRoutes>[1] &
  Parameters<typeof violationRoutes>[1] &
  Parameters<typeof whyRoutes>[1];

/** `/ops/*`: what operators see and do. Whoever asks is checked before a body is read. */
export async function opsRoutes(app: FastifyInstance, dependencies: OpsDependencies): Promise<void> {
  await app.register(async (scope) => {
    readJsonBodies(scope);
    scope.addHook('onRequest', requireOperator(dependencies.operatorKey));
    failureRoutes(scope, dependencies);
    redriveRoutes(scope, dependencies);
    erasureRoutes(scope, dependencies);
    subjectRoutes(scope, dependencies);
    settlementRoutes(scope, dependencies);
    jobRoutes(scope, dependencies);
    laneRoutes(scope, dependencies);
    providerRoutes(scope, dependencies);
    violationRoutes(scope, dependencies);
    whyRoutes(scope, dependencies);
  });
}
