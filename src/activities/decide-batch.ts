import { randomUUID } from 'node:crypto';
import type { BatchedEvent, Conclusion } from '../db/batch-steps.ts';
import { decide as decideByRules } from '../decisions/decide.ts';
import { effectKeys } from '../domain/ids.ts';
import { modeOf } from '../domain/mode.ts';
import { eventLabels } from '../intake/event-labels.ts';
import { sealedDecision } from '../privacy/sealed-records.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type BatchItem, type OpenedEvent, openBatch } from './open-batch.ts';

export interface BatchTally {
  /** Ended in the batch: nothing was to be done for them. */
  ended: number;
  /** Went on in workflows of their own: they have something to do, or follow one in their lane that has. */
  alone: number;
}

/**
 * Decides the events of a batch by the rules, and ends those for which nothing is to be done. What follows an event that goes
 * on alone in its lane goes on alone too, undecided: it is looked at when that one is over, as it would be without a batch.
 */
export function createDecideBatch(dependencies: ActivityDependencies) {
  const { rules, modes, batches, log } = dependencies;

  function decided({ id, lane }: BatchedEvent, { key, event, facts }: OpenedEvent, now: Date): Conclusion {
    const decision = decideByRules({ event, facts, rules, now, mode: 'rules' });
    const { decidedBy, ruleId, ruleSetHash, confidence, actions } = decision;
    const sealed = sealedDecision.seal(key, id, { decision, facts });
    const row = { id: randomUUID(), decidedBy, ruleId, ruleSetHash, confidence, sealed };
    if (actions.length === 0)
      return { id, lane, decision: row, ending: { outcome: decidedBy === 'none' ? 'undecided' : 'no_action' } };
    const effects = effectKeys(id, actions).map(({ key: effect, type, targetId }, index) => ({
      key: effect,
      action: type,
      targetId,
      priority: actions[index]?.priority ?? 'standard',
    }));
    return { id, lane, decision: row, effects };
  }

  function concluded({ row, opened }: BatchItem, now: Date): Conclusion {
    const { id, lane } = row;
    if (opened === 'erased') return { id, lane, ending: { outcome: 'erased' } };
    if (opened === 'unreadable') return { id, lane };
    if (row.echo) return { id, lane, ending: { outcome: 'echo' } };
    // Another mode was set while it waited: a model, or a proof of consent, is asked for alone.
    if (modeOf(modes, opened.event.eventType) !== 'rules') return { id, lane };
    try {
      return decided(row, opened, now);
    } catch {
      // Alone it fails by its class, and stays visible.
      log.error(eventLabels(row), 'an event of a batch could not be decided');
      return { id, lane };
    }
  }

  return async function decide({ batchId }: { batchId: string }): Promise<BatchTally> {
    const now = new Date();
    const held = new Set<string>();
    const conclusions: Conclusion[] = [];
    for (const item of await openBatch(dependencies, batchId)) {
      const { id, lane } = item.row;
      const conclusion = held.has(lane) ? { id, lane } : concluded(item, now);
      if (!conclusion.ending) held.add(lane);
      conclusions.push(conclusion);
    }
    await batches.conclude(batchId, conclusions);
    const ended = conclusions.filter(({ ending }) => ending).length;
    return { ended, alone: conclusions.length - ended };
  };
}
