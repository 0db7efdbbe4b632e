import { randomUUID } from 'node:crypto';
import { type JobToRun, takeTurn, type Turn } from '../../db/buyer-groups/turns.ts';
import { canonicalEvent } from '../../domain/event.ts';
import type { ParsedEvent } from '../../domain/incoming.ts';
import { refreshSource, refreshType } from '../../domain/refresh.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { turnLimitsOf } from './turn-limits.ts';

/** What the workflow of a company goes on with. */
export type NextRefresh =
  /** Its window (milliseconds) begins now. */
  | { state: 'begun'; jobId: string; windowMs: number }
  /** Somebody will tell when it is over; if not, it is looked at again after so long. */
  | { state: 'running'; jobId: string; waitMs: number }
  | Exclude<Turn, { state: 'begun' | 'running' }>;

const lookAgainMs = 30_000;

/** Begins the next refresh of a company when its turn has come: from then on it is an event, and carried out like any other. */
export function createNextRefresh({ queries, accept, buyerGroups, log }: ActivityDependencies) {
  const limits = turnLimitsOf(buyerGroups);
  return async function nextRefresh({ companyId }: { companyId: string }): Promise<NextRefresh> {
    const turn = await takeTurn(queries, companyId, limits);
    if (turn.state !== 'begun' && turn.state !== 'running') return turn;
    const { jobId, tenantId, hasEvent } = turn;
    if (!hasEvent) {
      await accept({
        tenantId,
        source: refreshSource,
        correlationId: randomUUID(),
        traceParent: null,
        events: [refreshEvent(turn, new Date().toISOString())],
      });
      log.info({ job_id: jobId, company_id: companyId, tenant_id: tenantId }, 'refresh begun');
    }
    return turn.state === 'begun'
      ? { state: 'begun', jobId, windowMs: limits.windowMs }
      : { state: 'running', jobId, waitMs: lookAgainMs };
  };
}

const refreshEvent = ({ jobId, companyId, priority }: JobToRun, at: string): ParsedEvent => ({
  kind: 'event',
  id: jobId,
  event: canonicalEvent.parse({
    version: 1,
    source: refreshSource,
    eventType: refreshType,
    objectType: 'company',
    objectId: companyId,
    urgency: 'standard',
    confidence: 1,
    firedAt: at,
    receivedAt: at,
    payload: { companyId },
  }),
  workflow: 'buyerGroupRefresh',
  priority,
  idempotencyKey: [jobId],
  fingerprint: [jobId],
  lane: ['company', companyId],
  subject: { kind: 'tenant' },
});
