import { sql } from 'drizzle-orm';
import type { Move } from '../../domain/buyer-group.ts';
import type { Queries } from '../database.ts';
import type { EventRun } from '../event-steps.ts';
import { inTransaction } from '../transaction.ts';
import { lockCompanies } from './lock-companies.ts';

/** What an event tells of a person and one company. */
export interface MoveTold {
  companyId: string;
  /** Of `changed` nothing is noted. */
  move: Move;
  /** ISO 8601. */
  at: string;
  /** The new title, under the person's key; null where it is not told, or the person has left. */
  titleSealed: Buffer | null;
}

/** What was known of a person before; `isLate`: it was told of something that happened later. */
export type KnownBefore = {
  sealed: Buffer | undefined;
  isLate: boolean;
};

/**
 * Notes what an event of a person tells: who they are, which group they joined or left, and when. What happened later is not undone by
 * what is told of before. Done twice it is done once. Returns what was told, by the companies of now: where all of it is of one, whoever left it
 * for itself has neither left nor joined, and the last move is `within`. `undefined`: the event is not open in this generation.
 */
export function recordMoves<Told extends MoveTold>(
  queries: Queries,
  run: EventRun,
  person: { id: string; seal: (before: KnownBefore) => Buffer },
  moves: readonly Told[],
  within: Move,
): Promise<Told[] | undefined> {
  return inTransaction(queries, async (transaction) => {
    const companies = await lockCompanies(
      transaction,
      moves.map(({ companyId }) => companyId),
    );
    // What a provider tells of the same person meanwhile is kept one after the other. The event comes last, as in an erasure.
    await transaction.execute(sql`select from subject_keys where id = ${person.id} for no key update`);
    const { rows: open } = await transaction.execute<{ tenantId: string }>(sql`
      select tenant_id as "tenantId" from events where id = ${run.eventId} and generation = ${run.generation} and holds_lane for share`);
    const tenantId = open[0]?.tenantId;
    if (tenantId === undefined) return undefined;
    const { rows: known } = await transaction.execute<KnownBefore>(sql`
      select (select sealed from people where id = ${person.id}) as sealed, coalesce(max(moved_at) > ${moves[0]?.at ?? null}, false) as "isLate"
      from buyer_group_members where person_id = ${person.id}`);
    const { sealed: before, isLate = false } = known[0] ?? {};
    await transaction.execute(sql`
      insert into people (id, tenant_id, sealed) values (${person.id}, ${tenantId}, ${person.seal({ sealed: before ?? undefined, isLate })})
      on conflict (id) do update set sealed = excluded.sealed, updated_at = clock_timestamp()`);
    const told = atCompaniesOf(companies, moves, within);
    for (const { companyId, move, at, titleSealed } of told) {
      if (move === 'changed') continue;
      const joined = move === 'joined' ? at : null;
      const left = move === 'left' ? at : null;
      const { rows: same } = await transaction.execute(sql`
        select from buyer_group_members where company_id = ${companyId} and person_id = ${person.id} and move = ${move}
          and moved_at = ${at}::timestamptz and (left_at is null) = ${left === null}`);
      const { rowCount: isNews } = await transaction.execute(sql`
        insert into buyer_group_members as m (company_id, person_id, sources, title_sealed, told_title_sealed, move, moved_at, joined_at, left_at)
        values (${companyId}, ${person.id}, '{event}', ${titleSealed}, ${titleSealed}, ${move}, ${at}, ${joined}, ${left})
        on conflict (company_id, person_id) do update set move = excluded.move, moved_at = excluded.moved_at,
          joined_at = coalesce(excluded.joined_at, m.joined_at), left_at = excluded.left_at,
          -- Who was not there before, or is not any more, has none of the titles of before; nor has one that a provider looked after since.
          told_title_sealed = case when m.left_at is null and excluded.left_at is null and not coalesce(m.last_seen_at > m.moved_at, false)
            then coalesce(excluded.told_title_sealed, m.told_title_sealed) else excluded.told_title_sealed end,
          -- Who comes back is there by the word of the event alone, until a provider knows, and has no part until a run has judged them.
          sources = case when m.left_at is not null and excluded.left_at is null then excluded.sources else m.sources end,
          role = case when m.left_at is not null and excluded.left_at is null then null else m.role end
        where m.moved_at is null or m.moved_at <= excluded.moved_at`);
      // What other events told before, and stands, is one change.
      if (isNews !== 1 || same.length > 0) continue;
      await transaction.execute(sql`
        insert into buyer_group_changes (company_id, person_id, event_id, kind, at)
        select ${companyId}, ${person.id}, ${run.eventId}, ${move}, ${at} where not exists (
          select from buyer_group_changes c where c.company_id = ${companyId} and c.person_id = ${person.id} and c.event_id = ${run.eventId})`);
    }
    return told;
  });
}

function atCompaniesOf<Told extends MoveTold>(
  companies: ReadonlyMap<string, string>,
  moves: readonly Told[],
  within: Move,
): Told[] {
  const told = moves.map((each) => ({ ...each, companyId: companies.get(each.companyId) ?? each.companyId }));
  const last = told.at(-1);
  const isOne = told.length > 1 && told.every(({ companyId }) => companyId === last?.companyId);
  return isOne && last ? [{ ...last, move: within }] : told;
}
