import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { NewEvent } from '../src/db/accept-events.ts';
import type { Queries } from '../src/db/database.ts';

export type EventRow = {
  id: string;
  lane: string;
  state: string;
  outcome: string | null;
  generation: number;
  claimed: boolean;
  failureClass: string | null;
  runId: string | null;
  keyHash: string;
};

/** The rows of these events, in the order of their positions. */
export async function eventRows(queries: Queries, ids: readonly (string | undefined)[]): Promise<EventRow[]> {
  const { rows } = await queries.execute<EventRow>(sql`
    select id, lane, state, outcome, generation, claimed_at is not null as claimed, failure_class as "failureClass",
      run_id as "runId", key_hash as "keyHash"
    from events where id = any(${sql.param(ids)}::uuid[]) order by position`);
  return rows;
}

export async function eventRow(queries: Queries, id: string | undefined): Promise<EventRow> {
  const [row] = await eventRows(queries, [id]);
  if (!row) throw new Error(`there is no event ${id}`);
  return row;
}

/** Everything that is stored of an event, as one text: whatever changes in it changes the text. */
export async function wholeRow(queries: Queries, id: string | undefined): Promise<string> {
  const { rows } = await queries.execute<{ row: string }>(sql`
    select jsonb_build_object('event', to_jsonb(e), 'effects', (select jsonb_agg(f) from effects f where f.event_id = e.id),
      'decisions', (select jsonb_agg(d order by d.decided_at) from decisions d where d.event_id = e.id))::text as row
    from events e where id = ${id}`);
  return rows[0]?.row ?? 'absent';
}

export async function countEvents(queries: Queries): Promise<number> {
  const { rows } = await queries.execute<{ count: number }>(sql`select count(*)::int as count from events`);
  return rows[0]?.count ?? 0;
}

/** Pairs of one lane of which the later had begun before the earlier was finished. Both times are PostgreSQL's. */
export async function overlaps(queries: Queries, ids: readonly string[]): Promise<unknown[]> {
  const { rows } = await queries.execute(sql`
    select earlier.id as earlier, later.id as later from events earlier
    join events later on later.lane = earlier.lane and later.position > earlier.position
    where earlier.id = any(${sql.param(ids)}::uuid[]) and later.id = any(${sql.param(ids)}::uuid[])
      and (earlier.finished_at is null or later.claimed_at < earlier.finished_at)`);
  return rows;
}

const hash = (): string => randomBytes(16).toString('hex');
export const newLane = hash;

const keyId = '00000000-0000-4000-8000-000000000000';

/** The key that the rows below refer to; once for a database. */
export const insertKey = (queries: Queries) =>
  queries.execute(
    sql`insert into subject_keys (id, tenant_id, subject, wrapped) values (${keyId}, 'default', 'nobody', ${Buffer.alloc(1)})`,
  );

/** A row for `acceptEvents` that nobody can open: for tests of the order alone. */
export const newEventRow = (lane: string): NewEvent => ({
  id: randomUUID(),
  source: 'test',
  type: 'test',
  keyHash: hash(),
  fingerprint: hash(),
  lane,
  subjectKeyId: keyId,
  sealed: Buffer.from('nothing'),
  changeHash: null,
  occurredAt: new Date().toISOString(),
});
