import { type EventRun, readForDecision } from '../db/event-steps.ts';
import { decide as decideByRules } from '../decisions/decide.ts';
import { buildPrompt } from '../decisions/model/prompt.ts';
import { needsModel, withModel } from '../decisions/model/with-model.ts';
import { modeOf } from '../domain/mode.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { openEvent } from './open-event.ts';
import { createStoreDecision, type Decided, decidedOf } from './store-decision.ts';

/**
 * Decides by the rules, once; where the mode wants a model first it decides nothing and says so. `withoutModel`: the model
 * was asked in vain, so that the fallback holds.
 */
export function createDecide(dependencies: ActivityDependencies) {
  const { queries, keyring, rules, modes, model } = dependencies;
  const storeDecision = createStoreDecision(dependencies);

  return async function decide(run: EventRun & { withoutModel?: boolean }): Promise<Decided> {
    const found = await readForDecision(queries, run);
    const opened = openEvent(found, keyring);
    const { row, key, event, facts } = opened;
    if (found?.decisionSealed) return decidedOf(row, key, found.decisionSealed);

    const now = new Date();
    const byRules = decideByRules({ event, facts, rules, now, mode: modeOf(modes, event.eventType) });
    if (!model || !needsModel(byRules)) return storeDecision(run, opened, byRules);
    const { settings, timeoutMs } = model;
    if (!run.withoutModel) return { decidedBy: 'none', ruleId: null, effects: [], consult: { timeoutMs } };
    const { prompt } = buildPrompt({ event, facts, now, settings });
    const asked = { name: settings.name, promptHash: prompt.hash };
    return storeDecision(run, opened, withModel(byRules, asked, { verdict: 'failed', confidence: null }));
  };
}
