import type { ModelVerdict, PlannedAction } from '../../domain/decision.ts';
import { answerSchema } from './answer-schema.ts';
import type { Offer } from './offers.ts';

/** What a model's answer is worth: the actions it decided for, or why it decides nothing. */
export type Judgement =
  | { verdict: 'accepted'; confidence: number; reasoning: string; actions: PlannedAction[] }
  | { verdict: Exclude<ModelVerdict, 'accepted'>; confidence: number | null };

const maxReasoning = 300;

/** Reads an answer as if a stranger had written it. Never throws. */
export function judge(
  answer: { status: 'completed' | 'refused' | 'truncated'; text: string },
  offers: readonly Offer[],
  confidenceThreshold: number,
): Judgement {
  if (answer.status !== 'completed') return { verdict: answer.status, confidence: null };
  const parsed = answerSchema(offers).safeParse(parseJson(answer.text));
  if (!parsed.success) return { verdict: 'invalid', confidence: null };
  const { reasoning, action, priority, confidence } = parsed.data;
  if (!(confidence >= 0 && confidence <= 1)) return { verdict: 'invalid', confidence: null };
  if (confidence < confidenceThreshold) return { verdict: 'below-threshold', confidence };

  const accepted = { verdict: 'accepted', confidence, reasoning: reasoning.slice(0, maxReasoning) } as const;
  if (action.type === 'none') return { ...accepted, actions: [] };
  const offer = offers.find(({ type }) => type === action.type);
  const fields = new Map<string, unknown>(Object.entries(action));
  const targetId = offer?.targets.get(String(fields.get('target')));
  if (!offer || targetId === undefined) return { verdict: 'invalid', confidence };
  const parameters = { [offer.parameter]: fields.get(offer.parameter) };
  return { ...accepted, actions: [{ type: offer.type, targetId, priority, parameters }] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
