import type { Decision, ModelTrace, ModelVerdict } from '../../domain/decision.ts';
import type { Judgement } from './judge.ts';

/** Whether a model is to be asked about an event, given what the rules say of it. */
export function needsModel({ mode, decidedBy }: Pick<Decision, 'mode' | 'decidedBy'>): boolean {
  return mode === 'model-first' || (mode === 'rules-then-model' && decidedBy === 'none');
}

const reasons: Readonly<Record<Exclude<ModelVerdict, 'accepted'>, string>> = {
  refused: 'it refused to answer',
  truncated: 'its answer was cut short',
  invalid: 'its answer was not one of those it was offered',
  late: 'it did not answer in time',
  failed: 'it could not be asked',
  'below-threshold': 'its confidence was below the threshold',
  'over-budget': "the day's calls are used up",
};

/**
 * The decision of an event about which a model was asked. One that was not taken leaves what the rules decided, which is
 * nothing where they were silent.
 */
export function withModel(
  byRules: Decision,
  asked: Pick<ModelTrace, 'name' | 'promptHash'>,
  judgement: Judgement,
): Decision {
  const model: ModelTrace = { ...asked, verdict: judgement.verdict, confidence: judgement.confidence };
  if (judgement.verdict === 'accepted') {
    const { confidence, reasoning, actions } = judgement;
    return { ...byRules, decidedBy: 'model', ruleId: null, confidence, reasoning, actions, model };
  }
  const reason = `The model did not decide: ${reasons[judgement.verdict]}.`;
  return { ...byRules, decidedBy: 'fallback', reasoning: `${reason} ${byRules.reasoning}`, model };
}
