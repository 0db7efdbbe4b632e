import { activityInfo } from '@temporalio/activity';
import { readOpenEvent, storeFacts, type EventRun } from '../db/event-steps.ts';
import { eventLabels } from '../intake/event-labels.ts';
import { sealedFacts } from '../privacy/sealed-records.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { gatherFacts } from './gather-facts.ts';
import { openEvent } from './open-event.ts';
import { peopleIn, withoutContact } from './people-in.ts';

/** Looks the event's objects up and keeps what it found, sealed. After the last attempt it goes on with the gaps it has. */
export function createEnrich({ queries, keyring, hasher, enrichment, policy, log }: ActivityDependencies) {
  return async function enrich(run: EventRun): Promise<{ gaps: readonly string[] }> {
    const { row, key, event } = openEvent(await readOpenEvent(queries, run), keyring);
    const { facts, retryable } = await gatherFacts(enrichment, event, {
      tenantId: row.tenantId,
      budgetMs: policy.enrich.budgetMs,
      now: new Date(),
      // Whoever runs an event again has mended something: what was known before that does not count.
      isRedriven: row.generation > 0,
    });
    if (retryable && activityInfo().attempt < policy.enrich.attempts) throw retryable;
    const aliases = peopleIn(hasher, row.tenantId, event, facts);
    const kept = await storeFacts(queries, run, sealedFacts.seal(key, row.id, facts), { aliases });
    if (!kept) await storeFacts(queries, run, sealedFacts.seal(key, row.id, withoutContact(facts)), { aliases: [] });
    log.info({ ...eventLabels(row), gaps: facts.gaps }, 'event enriched');
    return { gaps: facts.gaps };
  };
}
