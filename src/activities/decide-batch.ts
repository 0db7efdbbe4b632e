import { randomUUID } from 'node:crypto';
import type { Conclusion } from '../db/batch-steps.ts';
import { decide as decideByRules } from '../decisions/decide.ts';
import { effectKeys } from '../domain/ids.ts';
import { eventLabels } from '../intake/event-labels.ts';
import { sealedDecision } from '../privacy/sealed-records.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type OpenedEvent, openBatch } from './open-batch.ts';

export interface BatchTally {
  /** Ended in the batch: nothing was to be done for them. */
  ended: number;
  /** Went on in workflows of their own: they have something to do, or could not be decided here. */
  alone: number;
}

/** Decides every event of a batch by the rules, and ends those for which nothing is to be done. */
export function createDecideBatch(dependencies: ActivityDependencies) {
  const { rules, batches, log } = dependencies;

  function decided({ row, key, event, facts }: OpenedEvent, now: Date): Conclusion {
    const { id, lane } = row;
    if (row.echo) return { id, lane, ending: { outcome: 'echo' } };
    const decision = decideByRules({ event, facts, rules, now, mode: 'rules' });
    const { decidedBy, ruleId, ruleSetHash, confidence, actions } = decision;
    const sealed = sealedDecision.seal(key, id, { decision, facts });
    const conclusion: Conclusion = {
      id,
      lane,
      decision: { id: randomUUID(), decidedBy, ruleId, ruleSetHash, confidence, sealed },
    };
    if (actions.length === 0)
      return { ...conclusion, ending: { outcome: decidedBy === 'none' ? 'undecided' : 'no_action' } };
    const targets = effectKeys(id, actions);
    return {
      ...conclusion,
      effects: actions.map(({ type, priority }, index) => {
        const { key: effect = '', targetId = '' } = targets[index] ?? {};
        return { key: effect, action: type, targetId, priority };
      }),
    };
  }

  return async function decide({ batchId }: { batchId: string }): Promise<BatchTally> {
    const { opened, erased, unreadable } = await openBatch(dependencies, batchId);
    const now = new Date();
    const conclusions: Conclusion[] = [
      ...erased.map(({ id, lane }) => ({ id, lane, ending: { outcome: 'erased' } })),
      ...unreadable.map(({ id, lane }) => ({ id, lane })),
    ];
    for (const event of opened) {
      try {
        conclusions.push(decided(event, now));
      } catch {
        // Alone it fails by its class, and stays visible.
        log.error({ ...eventLabels(event.row), batch_id: batchId }, 'an event of a batch could not be decided');
        conclusions.push({ id: event.row.id, lane: event.row.lane });
      }
    }
    await batches.conclude(batchId, conclusions);
    const ended = conclusions.filter(({ ending }) => ending).length;
    return { ended, alone: conclusions.length - ended };
  };
}
