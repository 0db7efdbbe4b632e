import { type EraseCopies, retentionRound } from '../db/retention/round.ts';
import type { Queries } from '../db/database.ts';
import type { Gone, KeptFor } from '../domain/retention.ts';
import type { Logger } from '../telemetry/log.ts';

/** One round of one class: takes what is too old until nothing is left, or the time is used. */
export function createRetain({
  queries,
  eraseCopies,
  log,
}: {
  queries: Queries;
  eraseCopies: EraseCopies;
  log: Logger;
}) {
  return async function retain(kept: KeptFor, round: { after: string | null; budgetMs: number }): Promise<Gone> {
    const gone = await retentionRound(queries, kept, { ...round, eraseCopies });
    log.info({ class: kept.name, days: kept.days, rows: gone.rows, left: gone.after !== null }, 'retention applied');
    return gone;
  };
}
