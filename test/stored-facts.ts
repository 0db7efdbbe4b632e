import { sql } from 'drizzle-orm';
import type { Facts } from '../src/domain/facts.ts';
import { keyringOf } from '../src/main/stores.ts';
import { sealedFacts } from '../src/privacy/sealed-records.ts';
import type { Causeway } from './causeway.ts';

/** What enrichment stored for an event, opened. */
export async function storedFacts({ queries, configuration }: Causeway, id: string): Promise<Facts> {
  const { rows } = await queries.execute<{ keyId: string; wrapped: Buffer; sealed: Buffer | null }>(sql`
    select k.id as "keyId", k.wrapped, e.facts_sealed as sealed from events e join subject_keys k on k.id = e.subject_key_id
    where e.id = ${id}`);
  const row = rows[0];
  if (!row?.sealed) throw new Error(`there are no facts of event ${id}`);
  const { key } = keyringOf(configuration, queries).unwrap({ id: row.keyId, wrapped: row.wrapped });
  return sealedFacts.open(key, id, row.sealed);
}
