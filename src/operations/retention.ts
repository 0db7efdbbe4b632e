import { writeAudit } from '../db/audit-log.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { type EraseCopies, retentionForecast, retentionRound } from '../db/retention/round.ts';
import { inTransaction } from '../db/transaction.ts';
import type { KeptFor } from '../domain/retention.ts';

const roundMs = 20_000;

/** What goes by age: what would go now, and one round of it at once. The rest is done by schedule. */
export function createRetention(options: {
  queries: Queries;
  tenantId: string;
  kept: () => readonly KeptFor[];
  eraseCopies: EraseCopies;
}) {
  const { queries, tenantId, kept, eraseCopies } = options;
  return {
    forecast: () => orUnavailable(retentionForecast(queries, kept())),

    /** `left`: more is old enough than one round takes. */
    async apply(by: string): Promise<(KeptFor & { rows: number; left: boolean })[]> {
      await orUnavailable(
        inTransaction(queries, (transaction) =>
          writeAudit(transaction, { tenantId, who: by, what: 'retention', onWhat: 'one round' }),
        ),
      );
      const done = [];
      for (const each of kept()) {
        const round = { after: null, budgetMs: roundMs, eraseCopies };
        const { rows, after } = await orUnavailable(retentionRound(queries, each, round));
        done.push({ ...each, rows, left: after !== null });
      }
      return done;
    },
  };
}

export type Retention = ReturnType<typeof createRetention>;
