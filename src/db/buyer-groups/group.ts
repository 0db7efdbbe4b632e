import { sql } from 'drizzle-orm';
import type { GroupRole, JobFunction, Seniority } from '../../domain/buyer-group.ts';
import type { Gap, JobResult } from '../../domain/refresh.ts';
import type { EventRun } from '../event-steps.ts';
import type { Transaction } from '../transaction.ts';

/** A refresh that is about to save its group, with all rows of the company locked. */
export type SavingJob = {
  id: string;
  tenantId: string;
  companyId: string;
  gaps: Gap[];
  /** Another company was merged into this one since it began. */
  hasMerged: boolean;
  /** What it saved already. */
  result: JobResult | null;
  /** What the run that saved the group before did not know; null: there was none. */
  gapsBefore: Gap[] | null;
};

/** `undefined`: superseded, or closed. */
export async function lockForSaving(transaction: Transaction, run: EventRun): Promise<SavingJob | undefined> {
  await transaction.execute(sql`
    select from companies where id = (select company_id from buyer_group_refresh_logs where id = ${run.eventId}) for update`);
  const { rows } = await transaction.execute<SavingJob>(sql`
    select l.id, l.tenant_id as "tenantId", l.company_id as "companyId", l.gaps, l.result,
      case when g.company_id is not null then coalesce(b.gaps, '[]'::jsonb) end as "gapsBefore",
      exists (select from buyer_group_refresh_logs o where o.company_id = l.company_id and o.merged_into is not null
        and o.finished_at > l.started_at) as "hasMerged"
    from events e join buyer_group_refresh_logs l on l.id = e.id left join buyer_groups g on g.company_id = l.company_id
      left join buyer_group_refresh_logs b on b.id = g.job_id
    where e.id = ${run.eventId} and e.generation = ${run.generation} and e.holds_lane and (l.status = 'processing' or l.result is not null)
    for update of e, l`);
  return rows[0];
}

export interface MemberToSave {
  personId: string;
  role: GroupRole | null;
  because: string;
  functions: readonly JobFunction[];
  seniority: Seniority | null;
  confidence: number;
  sources: readonly string[];
  /** In hex. */
  titleSealed: string | null;
  hasJoined: boolean;
  /** A provider told of the person in this run. */
  isSeen: boolean;
}

export async function saveMembers(
  transaction: Transaction,
  companyId: string,
  members: readonly MemberToSave[],
): Promise<void> {
  await transaction.execute(sql`
    insert into buyer_group_members as m (company_id, person_id, role, because, functions, seniority, confidence, sources, title_sealed,
      joined_at, last_seen_at)
    select ${companyId}, n."personId", n.role, n.because, n.functions, n.seniority, n.confidence, n.sources, decode(n."titleSealed", 'hex'),
      case when n."hasJoined" then clock_timestamp() end, case when n."isSeen" then clock_timestamp() end
    from jsonb_to_recordset(${JSON.stringify(members)}::jsonb) as n("personId" uuid, role text, because text, functions text[],
      seniority text, confidence float8, sources text[], "titleSealed" text, "hasJoined" boolean, "isSeen" boolean)
    order by n."personId"
    on conflict (company_id, person_id) do update set role = excluded.role, because = excluded.because, functions = excluded.functions,
      seniority = excluded.seniority, confidence = excluded.confidence, sources = excluded.sources,
      title_sealed = coalesce(excluded.title_sealed, m.title_sealed), joined_at = coalesce(m.joined_at, excluded.joined_at),
      left_at = null, last_seen_at = coalesce(excluded.last_seen_at, m.last_seen_at)`);
}

/** When they left is as it was told, else now. The part is the one that they had then: it is what the group has lost. */
export async function saveLeft(
  transaction: Transaction,
  companyId: string,
  personIds: readonly string[],
  because: string,
): Promise<void> {
  await transaction.execute(sql`
    update buyer_group_members set left_at = coalesce(left_at, clock_timestamp()), because = ${because}, confidence = 0
    where company_id = ${companyId} and person_id = any(${sql.param([...personIds])}::uuid[])`);
}

export interface ChangeToSave {
  personId: string;
  kind: string;
  fromRole: GroupRole | null;
  toRole: GroupRole | null;
  /** In hex. */
  titlesSealed: string | null;
  /** An event told of it before: then its row becomes that of this run, too. */
  isTold: boolean;
}

export async function saveChanges(
  transaction: Transaction,
  { id, companyId }: { id: string; companyId: string },
  changes: readonly ChangeToSave[],
): Promise<void> {
  await transaction.execute(sql`
    with change as (
      select * from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as c("personId" uuid, kind text, "fromRole" text, "toRole" text,
        "titlesSealed" text, "isTold" boolean)
    ), told as (
      update buyer_group_changes t set job_id = ${id}, from_role = c."fromRole", to_role = c."toRole" from change c
      where c."isTold" and t.id = (select max(l.id) from buyer_group_changes l where l.company_id = ${companyId}
        and l.person_id = c."personId" and l.kind = c.kind and l.event_id is not null and l.job_id is null)
      returning t.person_id, t.kind
    )
    insert into buyer_group_changes (company_id, person_id, job_id, kind, from_role, to_role, titles_sealed)
    select ${companyId}, c."personId", ${id}, c.kind, c."fromRole", c."toRole", decode(c."titlesSealed", 'hex') from change c
    where not exists (select from told t where t.person_id = c."personId" and t.kind = c.kind) order by c."personId"`);
}

export async function saveResult(transaction: Transaction, job: SavingJob, result: JobResult): Promise<void> {
  const { id, tenantId, companyId } = job;
  const { confidence, cohesion, members, isPartial } = result;
  await transaction.execute(sql`
    insert into buyer_groups (company_id, tenant_id, confidence, cohesion, members, is_partial, job_id, refreshed_at)
    values (${companyId}, ${tenantId}, ${confidence}, ${cohesion}, ${members}, ${isPartial}, ${id}, clock_timestamp())
    on conflict (company_id) do update set confidence = excluded.confidence, cohesion = excluded.cohesion, members = excluded.members,
      is_partial = excluded.is_partial, job_id = excluded.job_id, refreshed_at = excluded.refreshed_at`);
  await transaction.execute(sql`
    update buyer_group_refresh_logs set result = ${JSON.stringify(result)}::jsonb, step = 'save', progress = greatest(progress, 90) where id = ${id}`);
}
