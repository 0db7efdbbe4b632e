import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { inTransaction } from './transaction.ts';

/** One sealed value with the key that opens it; `context` is what binds it to its row and column. */
export type SealedValue = { context: string; keyId: string; wrappedKey: Buffer; sealed: Buffer };

/** Every column in which something is sealed, with what each value is bound to, and under whose key it is. */
const columns: Readonly<Record<string, SQL>> = {
  'events.sealed': sql`select 'event:' || id, subject_key_id, sealed from events`,
  'events.facts_sealed': sql`select 'facts:' || id, subject_key_id, facts_sealed from events`,
  'decisions.sealed': sql`select 'decision:' || d.event_id, e.subject_key_id, d.sealed from decisions d join events e on e.id = d.event_id`,
  'effects.address_sealed': sql`select 'address:' || f.key, e.subject_key_id, f.address_sealed from effects f join events e on e.id = f.event_id`,
  'model_calls.prompt_sealed': sql`select 'model-prompt:' || m.id, e.subject_key_id, m.prompt_sealed from model_calls m join events e on e.id = m.event_id`,
  'model_calls.answer_sealed': sql`select 'model-answer:' || m.id, e.subject_key_id, m.answer_sealed from model_calls m join events e on e.id = m.event_id`,
  'facts_cache.sealed': sql`select 'cached-' || object_type || ':' || object_hash, subject_key_id, sealed from facts_cache`,
  'schema_violations.sealed': sql`select 'violation:' || id, subject_key_id, sealed from schema_violations`,
  'people.sealed': sql`select 'person:' || id, id, sealed from people`,
  'buyer_group_members.title_sealed': sql`select 'member-title:' || person_id, person_id, title_sealed from buyer_group_members`,
  'buyer_group_members.told_title_sealed': sql`select 'member-title:' || person_id, person_id, told_title_sealed from buyer_group_members`,
  'buyer_group_sightings.title_sealed': sql`select 'member-title:' || person_id, person_id, title_sealed from buyer_group_sightings`,
  'buyer_group_changes.titles_sealed': sql`select 'changed-titles:' || person_id, person_id, titles_sealed from buyer_group_changes`,
  'buyer_group_refresh_reasons.requester_sealed': sql`select 'requester:' || requester_key_id, requester_key_id, requester_sealed from buyer_group_refresh_reasons`,
};
export const sealedColumns = Object.keys(columns);

const rowsAtOnce = 500;

/** Hands over every value of a column that can still be opened, a few hundred at a time. */
export async function eachSealedValue(
  queries: Queries,
  column: string,
  take: (values: readonly SealedValue[]) => void,
): Promise<void> {
  const from = columns[column];
  if (!from) throw new Error(`no column '${column}' holds sealed values`);
  await inTransaction(queries, async (transaction) => {
    await transaction.execute(sql`
      declare sealed_values no scroll cursor for select s.context, k.id as "keyId", k.wrapped as "wrappedKey", s.sealed
      from (${from}) as s(context, key_id, sealed) join subject_keys k on k.id = s.key_id where s.sealed is not null`);
    for (;;) {
      const { rows } = await transaction.execute<SealedValue>(sql.raw(`fetch ${rowsAtOnce} from sealed_values`));
      take(rows);
      if (rows.length < rowsAtOnce) return;
    }
  });
}
