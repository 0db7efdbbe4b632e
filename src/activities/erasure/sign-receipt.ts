import { closeErasure, readErasure } from '../../db/erasures.ts';
import type { EventRun } from '../../db/event-steps.ts';
import { sealedDecision } from '../../privacy/sealed-records.ts';
import { readForDecision } from '../../db/event-steps.ts';
import { eventLabels } from '../../intake/event-labels.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { openEvent } from '../open-event.ts';
import type { Verified } from './verify-erasure.ts';

/**
 * Writes the receipt: what was removed where, who was told, and that nothing was found any more. It names nobody. With it,
 * what the erasure itself knew of the person is blanked.
 */
export function createSignReceipt({ queries, keyring, receipts, log }: ActivityDependencies) {
  return async function signReceipt(run: EventRun, verified: Verified): Promise<void> {
    const found = await readForDecision(queries, run);
    const { row, key } = openEvent(found, keyring);
    const erasure = await readErasure(queries, row.tenantId, run.eventId);
    if (!erasure || !found?.decisionSealed) throw new Error('the erasure has not come to its receipt');
    const { decision } = sealedDecision.open(key, row.id, found.decisionSealed);
    const receipt = await receipts.sign({
      erasure: row.id,
      tenant: row.tenantId,
      requestedBy: erasure.requestedBy,
      requestedAt: new Date(erasure.requestedAt).toISOString(),
      erasedAt: erasure.erasedAt && new Date(erasure.erasedAt).toISOString(),
      removed: erasure.removed,
      told: countsOf(decision.actions.map(({ type }) => type)),
      verified: {
        at: new Date().toISOString(),
        stores: verified.stores,
        found: 0,
        namedInOtherLeads: verified.elsewhere,
      },
    });
    await closeErasure(queries, run, receipt);
    log.info({ ...eventLabels(row), removed: erasure.removed }, 'person erased');
  };
}

function countsOf(types: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of types) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
