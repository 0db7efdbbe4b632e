import { randomUUID } from 'node:crypto';
import { decideOnce, readOpenEvent, type EventRun } from '../db/event-steps.ts';
import { decide as decideByRules } from '../decisions/decide.ts';
import type { Decision } from '../domain/decision.ts';
import { effectKeys } from '../domain/ids.ts';
import { eventLabels } from '../intake/event-labels.ts';
import { sealedDecision } from '../privacy/sealed-records.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { openEvent, superseded } from './open-event.ts';

export interface Decided {
  decidedBy: Decision['decidedBy'];
  ruleId: string | null;
  effects: { key: string; type: string }[];
}

/** Decides once: whatever is stored first is what everybody acts on. */
export function createDecide({ queries, keyring, rules, log }: ActivityDependencies) {
  return async function decide(run: EventRun): Promise<Decided> {
    const { row, key, event, facts } = openEvent(await readOpenEvent(queries, run), keyring);
    const proposed = decideByRules({ event, facts, rules, now: new Date() });
    const stored = await decideOnce(queries, run, {
      id: randomUUID(),
      decidedBy: proposed.decidedBy,
      ruleId: proposed.ruleId,
      ruleSetHash: proposed.ruleSetHash,
      confidence: proposed.confidence,
      sealed: sealedDecision.seal(key, row.id, { decision: proposed, facts }),
    });
    if (!stored) throw superseded();
    const { decision } = sealedDecision.open(key, row.id, stored);
    log.info({ ...eventLabels(row), decided_by: decision.decidedBy, rule_id: decision.ruleId }, 'event decided');
    const effects = new Map(effectKeys(row.id, decision.actions).map(({ key: effect, type }) => [effect, type]));
    return {
      decidedBy: decision.decidedBy,
      ruleId: decision.ruleId,
      effects: [...effects].map(([effect, type]) => ({ key: effect, type })),
    };
  };
}
