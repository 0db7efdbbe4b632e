import { sql } from 'drizzle-orm';
import type { GroupRole, Move } from '../../domain/buyer-group.ts';
import type { EnrichmentLevel, Gap, JobResult } from '../../domain/refresh.ts';
import type { Queries } from '../database.ts';
import { isByChange } from './missed.ts';

export type SavedJob = {
  companyId: string;
  name: string | null;
  domain: string | null;
  level: EnrichmentLevel;
  gaps: Gap[];
  result: JobResult;
  /** A role change is among its reasons, or among what it found. */
  isByChange: boolean;
};

/** `undefined`: its group is not saved. */
export async function readSavedJob(queries: Queries, jobId: string): Promise<SavedJob | undefined> {
  const { rows } = await queries.execute<SavedJob>(sql`
    select l.company_id as "companyId", c.name, c.domain, l.level, l.gaps, l.result,
      ${isByChange(sql`l.id`, sql`l.company_id`)} as "isByChange"
    from buyer_group_refresh_logs l join companies c on c.id = l.company_id where l.id = ${jobId} and l.result is not null`);
  return rows[0];
}

/** A change with whatever is sealed of the person. */
export type ChangeOfPerson = {
  /** This run found it; else one that was made since this one was asked for. */
  isOwn: boolean;
  personId: string;
  wrappedKey: Buffer;
  sealed: Buffer;
  kind: string;
  fromRole: GroupRole | null;
  titlesSealed: Buffer | null;
  /** The title there. */
  titleSealed: Buffer | null;
  role: GroupRole | null;
  because: string;
};

/** What a run found, and what the runs that it missed did. */
export async function readChangesOfJob(
  queries: Queries,
  jobId: string,
  missed: readonly string[] = [],
): Promise<ChangeOfPerson[]> {
  const { rows } = await queries.execute<ChangeOfPerson>(sql`
    select c.job_id = l.id as "isOwn", p.id as "personId", k.wrapped as "wrappedKey", p.sealed, c.kind, c.from_role as "fromRole", c.titles_sealed as "titlesSealed",
      m.role, coalesce(m.because, '') as because, m.title_sealed as "titleSealed"
    from buyer_group_refresh_logs l join buyer_group_changes c on c.company_id = l.company_id
        and (c.job_id = l.id or c.job_id = any(${sql.param([...missed])}::uuid[]))
      join people p on p.id = c.person_id join subject_keys k on k.id = p.id
      left join buyer_group_members m on m.company_id = c.company_id and m.person_id = c.person_id
    where l.id = ${jobId} order by c.id`);
  return rows;
}

export type ReasonOfJob = {
  id: string;
  move: Move | null;
  /** Of whom a role change told; null where nothing is known of them any more. */
  personId: string | null;
  personKey: Buffer | null;
  personSealed: Buffer | null;
  /** Who wants to be told. */
  requesterId: string | null;
  requesterKey: Buffer | null;
  requesterSealed: Buffer | null;
};

/** Why a refresh is made, the oldest reason first: those of whoever wants to be told, and the latest of the others. */
export async function readReasons(queries: Queries, jobId: string, limit: number): Promise<ReasonOfJob[]> {
  const { rows } = await queries.execute<ReasonOfJob>(sql`
    select r.id, r.move, p.id as "personId", k.wrapped as "personKey", p.sealed as "personSealed",
      q.id as "requesterId", q.wrapped as "requesterKey", r.requester_sealed as "requesterSealed"
    from (select * from buyer_group_refresh_reasons where job_id = ${jobId}
        order by requester_key_id is null, created_at desc, id limit ${limit}) r left join events e on e.id = r.event_id
      left join people p on p.id = e.subject_key_id left join subject_keys k on k.id = p.id
      left join subject_keys q on q.id = r.requester_key_id
    order by r.created_at, r.id`);
  return rows;
}
