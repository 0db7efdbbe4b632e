import { activityInfo } from '@temporalio/activity';
import { storeBatchFacts } from '../db/batch-steps.ts';
import { sealedFacts } from '../privacy/sealed-records.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { gatherFacts, needsFacts } from './gather-facts.ts';
import { openBatch } from './open-batch.ts';
import { peopleIn, withoutContact } from './people-in.ts';

/**
 * Looks up what the events of a batch are about, all at once: what they have in common is asked for once, and the rest by
 * the hundred. After the last attempt each event goes on with the gaps it has.
 */
export function createEnrichBatch(dependencies: ActivityDependencies) {
  const { queries, hasher, enrichment, policy, log } = dependencies;
  return async function enrich({ batchId }: { batchId: string }): Promise<{ looked: number; gaps: number }> {
    const now = new Date();
    const { budgetMs } = policy.enrich;
    const lookUps = (await openBatch(dependencies, batchId)).flatMap(({ row: { id, tenantId, echo }, opened }) => {
      if (typeof opened === 'string' || echo || !needsFacts(opened.event)) return [];
      const gathering = gatherFacts(enrichment, opened.event, { tenantId, budgetMs, now });
      return [
        gathering.then(({ facts, retryable }) => ({
          id,
          sealed: sealedFacts.seal(opened.key, id, facts),
          stripped: sealedFacts.seal(opened.key, id, withoutContact(facts)),
          people: peopleIn(hasher, tenantId, opened.event, facts),
          gaps: facts.gaps,
          retryable,
        })),
      ];
    });
    const gathered = await Promise.all(lookUps);
    const retryable = gathered.find((each) => each.retryable)?.retryable;
    if (retryable && activityInfo().attempt < policy.enrich.attempts) throw retryable;
    const refused = new Set(await storeBatchFacts(queries, batchId, gathered));
    if (refused.size > 0) {
      const stripped = gathered.filter(({ id }) => refused.has(id));
      await storeBatchFacts(
        queries,
        batchId,
        stripped.map((each) => ({ id: each.id, sealed: each.stripped, people: [] })),
      );
    }
    const gaps = gathered.filter((each) => each.gaps.length > 0).length;
    log.info({ batch_id: batchId, events: gathered.length, gaps }, 'batch enriched');
    return { looked: gathered.length, gaps };
  };
}
