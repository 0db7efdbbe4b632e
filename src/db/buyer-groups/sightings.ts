import { sql } from 'drizzle-orm';
import type { GroupRole, JobFunction, Move, Seniority } from '../../domain/buyer-group.ts';
import type { Queries } from '../database.ts';

/** Somebody of a company, whom a run saw or events told of, with the key that opens what is known. */
export type Candidate = {
  personId: string;
  wrappedKey: Buffer;
  sealed: Buffer;
  /** Whom this run saw there, by whom it was told; empty: it looked, and the person is not there any more. Null: it did not see them. */
  seenBy: string[] | null;
  lookedAtMs: number | null;
  /** What a provider told this run that the person is there, in hex. */
  seenTitleSealed: string | null;
  role: GroupRole | null;
  because: string;
  functions: JobFunction[];
  seniority: Seniority | null;
  confidence: number;
  /** The place in the group before this run; null: none. */
  member: {
    sources: string[];
    role: GroupRole | null;
    because: string;
    functions: JobFunction[];
    confidence: number;
    /** In hex. */
    titleSealed: string | null;
    toldTitleSealed: string | null;
    move: Move | null;
    movedAtMs: number | null;
    joinedAtMs: number | null;
    leftAtMs: number | null;
    lastSeenAtMs: number | null;
  } | null;
};

const ms = (column: string) => sql.raw(`(extract(epoch from ${column}) * 1000)::float8`);

/** Everybody whom this run saw, and everybody who is or was in the group; by id. */
export async function readCandidates(
  queries: Pick<Queries, 'execute'>,
  job: { id: string; companyId: string },
): Promise<Candidate[]> {
  const { rows } = await queries.execute<Candidate>(sql`
    select p.id as "personId", k.wrapped as "wrappedKey", p.sealed, s.sources as "seenBy", ${ms('s.looked_at')} as "lookedAtMs",
      encode(s.title_sealed, 'hex') as "seenTitleSealed",
      s.role, coalesce(s.because, '') as because, coalesce(s.functions, '{}') as functions, s.seniority, coalesce(s.confidence, 0) as confidence,
      case when m.person_id is not null then jsonb_build_object('sources', m.sources, 'role', m.role, 'because', m.because,
        'functions', m.functions, 'confidence', m.confidence, 'titleSealed', encode(m.title_sealed, 'hex'),
        'toldTitleSealed', encode(m.told_title_sealed, 'hex'), 'move', m.move,
        'movedAtMs', ${ms('m.moved_at')}, 'joinedAtMs', ${ms('m.joined_at')}, 'leftAtMs', ${ms('m.left_at')}, 'lastSeenAtMs', ${ms('m.last_seen_at')}) end as member
    from people p join subject_keys k on k.id = p.id
      left join buyer_group_sightings s on s.person_id = p.id and s.job_id = ${job.id}
      left join buyer_group_members m on m.person_id = p.id and m.company_id = ${job.companyId}
    where p.id in (select person_id from buyer_group_sightings where job_id = ${job.id}
      union select person_id from buyer_group_members where company_id = ${job.companyId})
    order by p.id`);
  return rows;
}

/** Notes that a run saw somebody, by whom it was told; no source: it looked, and the person is not there any more. */
export async function noteSighting(
  queries: Queries,
  jobId: string,
  {
    personId,
    sources,
    lookedAt,
    titleSealed = null,
  }: { personId: string; sources: readonly string[]; lookedAt: Date | null; titleSealed?: Buffer | null },
): Promise<void> {
  await queries.execute(sql`
    insert into buyer_group_sightings (job_id, person_id, sources, looked_at, title_sealed)
    values (${jobId}, ${personId}, ${sql.param([...sources])}::text[], ${lookedAt?.toISOString() ?? null}, ${titleSealed})
    on conflict (job_id, person_id) do update set sources = excluded.sources, looked_at = excluded.looked_at,
      title_sealed = excluded.title_sealed`);
}

/** Another one says that somebody is there whom this run saw. */
export async function addSource(queries: Queries, jobId: string, personId: string, source: string): Promise<void> {
  await queries.execute(sql`
    update buyer_group_sightings set sources = sources || ${source}::text
    where job_id = ${jobId} and person_id = ${personId} and sources <> '{}' and not ${source} = any(sources)`);
}

export interface Judged {
  personId: string;
  sources: readonly string[];
  lookedAtMs: number | null;
  role: GroupRole | null;
  because: string;
  functions: readonly JobFunction[];
  seniority: Seniority | null;
  confidence: number;
}

/** Keeps how those whom a run saw are judged. */
export async function keepJudged(queries: Queries, jobId: string, judged: readonly Judged[]): Promise<void> {
  await queries.execute(sql`
    insert into buyer_group_sightings (job_id, person_id, sources, looked_at, role, because, functions, seniority, confidence)
    select ${jobId}, j."personId", j.sources, to_timestamp(j."lookedAtMs" / 1000), j.role, j.because, j.functions, j.seniority, j.confidence
    from jsonb_to_recordset(${JSON.stringify(judged)}::jsonb) as j("personId" uuid, sources text[], "lookedAtMs" float8, role text,
      because text, functions text[], seniority text, confidence float8) join people p on p.id = j."personId"
    on conflict (job_id, person_id) do update set role = excluded.role, because = excluded.because, functions = excluded.functions,
      seniority = excluded.seniority, confidence = excluded.confidence`);
}
