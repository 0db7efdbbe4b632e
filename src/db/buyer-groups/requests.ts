import { sql } from 'drizzle-orm';
import type { Move } from '../../domain/buyer-group.ts';
import type { EnrichmentLevel } from '../../domain/refresh.ts';
import type { Queries } from '../database.ts';
import { inTransaction } from '../transaction.ts';
import { lockCompany } from './lock-companies.ts';
import { waitingRefresh, type WaitingRefresh } from './waiting-refresh.ts';

/** Why the group of a company is to be refreshed. */
export interface RefreshRequest {
  tenantId: string;
  companyId: string;
  /** 1 is first. */
  priority: number;
  level: EnrichmentLevel;
  /** Also within the hour. */
  isForced: boolean;
  windowMs: number;
  /** The event that says so; null: somebody asks for it. */
  eventId: string | null;
  move: Move | null;
  requestedBy: string | null;
  /** Whoever wants to be told of it; the address is sealed with the id of their key. */
  requester: { keyId: string; sealed: Buffer } | null;
}

/** The company is the one that it is now, if it was merged since it was looked for. */
export type Requested = WaitingRefresh & { companyId: string };

/**
 * Has the group refreshed: by the run that already waits for its turn, else by a new one. That one becomes as urgent, and as thorough, as
 * the most urgent of its reasons. An event that asks again for the same company gets the run that it got before.
 */
export function requestRefresh(queries: Queries, request: RefreshRequest): Promise<Requested> {
  const { tenantId, eventId, priority, requester } = request;
  return inTransaction(queries, async (transaction) => {
    const companyId = await lockCompany(transaction, request.companyId);
    const { rows: before } = await transaction.execute<Requested>(sql`
      select job_id as "jobId", company_id as "companyId", not is_coalesced as "isNew", is_coalesced as "isCoalesced", false as "isDue"
      from buyer_group_refresh_reasons where event_id = ${eventId} and company_id = ${companyId}`);
    if (before[0]) return before[0];
    const waiting = await waitingRefresh(transaction, { ...request, companyId, isRequested: eventId === null });
    await transaction.execute(sql`
      insert into buyer_group_refresh_reasons (tenant_id, company_id, job_id, event_id, move, priority, is_coalesced, requested_by,
        requester_key_id, requester_sealed)
      values (${tenantId}, ${companyId}, ${waiting.jobId}, ${eventId}, ${request.move}, ${priority}, ${waiting.isCoalesced},
        ${request.requestedBy}, ${requester?.keyId ?? null}, ${requester?.sealed ?? null})`);
    return { ...waiting, companyId };
  });
}
