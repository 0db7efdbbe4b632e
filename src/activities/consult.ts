import { type EventRun, readForDecision } from '../db/event-steps.ts';
import { decide as decideByRules } from '../decisions/decide.ts';
import { buildPrompt } from '../decisions/model/prompt.ts';
import { needsModel, withModel } from '../decisions/model/with-model.ts';
import { modeOf } from '../domain/mode.ts';
import { createAskModel } from './ask-model.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { erased, openEvent } from './open-event.ts';
import { createStoreDecision, type Decided, decidedOf } from './store-decision.ts';

/** Has a model decide, once; what it does not decide the rules do. */
export function createConsult(dependencies: ActivityDependencies) {
  const { queries, keyring, rules, modes, model, metrics } = dependencies;
  const storeDecision = createStoreDecision(dependencies);
  const askModel = model && createAskModel(dependencies, model);

  return async function consult(run: EventRun): Promise<Decided> {
    const found = await readForDecision(queries, run);
    const opened = openEvent(found, keyring);
    const { row, key, event, facts } = opened;
    // What names somebody who was erased is not told to anybody.
    if (found?.namesErased === true) throw erased();
    if (found?.decisionSealed) return decidedOf(row, key, found.decisionSealed);

    const now = new Date();
    const byRules = decideByRules({ event, facts, rules, now, mode: modeOf(modes, event.eventType) });
    // A rule may have become true since it was silent.
    if (!askModel || !needsModel(byRules)) return storeDecision(run, opened, byRules);
    const question = buildPrompt({ event, facts, now, settings: model.settings });
    const { judgement, ...asked } = await askModel(run, row, key, question);
    metrics.modelCalls.inc({ verdict: judgement.verdict });
    return storeDecision(run, opened, withModel(byRules, asked, judgement));
  };
}
