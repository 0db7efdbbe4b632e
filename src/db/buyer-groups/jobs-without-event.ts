import { sql } from 'drizzle-orm';
import type { JobStatus } from '../../domain/refresh.ts';
import type { Queries } from '../database.ts';
import { notBefore } from './job-views.ts';

export type JobWithoutEvent = {
  id: string;
  companyId: string;
  status: JobStatus;
  hasBegun: boolean;
  notBefore: string | null;
  mergedInto: string | null;
};

/** Of these ids, those of refreshes that have no event: it comes when their turn does. */
export async function readJobsWithoutEvent(
  queries: Queries,
  ids: readonly string[],
  windowMs: number,
): Promise<JobWithoutEvent[]> {
  const { rows } = await queries.execute<JobWithoutEvent>(sql`
    select l.id, l.company_id as "companyId", l.status, l.started_at is not null as "hasBegun", ${notBefore(windowMs)} as "notBefore", l.merged_into as "mergedInto"
    from buyer_group_refresh_logs l where l.id = any(${sql.param([...ids])}::uuid[]) and not exists (select from events e where e.id = l.id)`);
  return rows;
}
