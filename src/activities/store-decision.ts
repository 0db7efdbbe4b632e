import { randomUUID } from 'node:crypto';
import { decideOnce, type EventRun, type OpenEvent } from '../db/event-steps.ts';
import { needsConsent, withConsent } from '../decisions/with-consent.ts';
import type { Decision } from '../domain/decision.ts';
import type { Facts } from '../domain/facts.ts';
import { effectKeys } from '../domain/ids.ts';
import { eventLabels } from '../intake/event-labels.ts';
import { sealedDecision } from '../privacy/sealed-records.ts';
import { createConsentOf } from './consent-of.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { superseded } from './open-event.ts';

/** What the workflow goes on with: references and verdicts. */
export interface Decided {
  decidedBy: Decision['decidedBy'];
  ruleId: string | null;
  effects: { key: string; type: string }[];
  /** Nothing is decided yet: a model is to be asked, which may take so long. */
  consult?: { timeoutMs: number };
}

/** The decision in force, as it was stored. */
export function decidedOf(row: OpenEvent, key: Buffer, sealed: Buffer): Decided {
  const { decision } = sealedDecision.open(key, row.id, sealed);
  const effects = new Map(effectKeys(row.id, decision.actions).map(({ key: effect, type }) => [effect, type]));
  return {
    decidedBy: decision.decidedBy,
    ruleId: decision.ruleId,
    effects: [...effects].map(([effect, type]) => ({ key: effect, type })),
  };
}

/** Stores a proposed decision, with the proof of consent where it needs one. Whatever is stored first is what everybody acts on. */
export function createStoreDecision(dependencies: ActivityDependencies) {
  const { queries, log } = dependencies;
  const consentOf = createConsentOf(dependencies);

  return async function storeDecision(
    run: EventRun,
    { row, key, facts }: { row: OpenEvent; key: Buffer; facts: Facts },
    proposed: Decision,
  ): Promise<Decided> {
    const decision = needsConsent(proposed) ? withConsent(proposed, await consentOf(row, facts)) : proposed;
    const stored = await decideOnce(queries, run, {
      id: randomUUID(),
      decidedBy: decision.decidedBy,
      ruleId: decision.ruleId,
      ruleSetHash: decision.ruleSetHash,
      confidence: decision.confidence,
      sealed: sealedDecision.seal(key, row.id, { decision, facts }),
    });
    if (!stored) throw superseded();
    const decided = decidedOf(row, key, stored);
    log.info(
      {
        ...eventLabels(row),
        decided_by: decided.decidedBy,
        rule_id: decided.ruleId,
        mode: decision.mode,
        ...(decision.model && { model_verdict: decision.model.verdict }),
        ...(decision.consent && { consent: decision.consent.granted }),
      },
      'event decided',
    );
    return decided;
  };
}
