import { z } from 'zod';
import { priorities } from '../../domain/decision.ts';
import type { Offer } from './offers.ts';

/**
 * What an answer has to look like: a closed union of the actions offered, or none. Everything is required and nothing else
 * allowed, as strict structured output wants it; that a confidence is between 0 and 1 is checked when the answer is judged.
 */
export function answerSchema(offers: readonly Offer[]) {
  const none = z.strictObject({ type: z.enum(['none']) });
  const actions = offers.map(({ type, targets, parameter, values }) =>
    z.strictObject({ type: z.enum([type]), target: z.enum([...targets.keys()]), [parameter]: z.enum([...values]) }),
  );
  return z.strictObject({
    reasoning: z.string(),
    action: z.union([none, ...actions]),
    priority: z.enum(priorities),
    confidence: z.number(),
  });
}

/** The same for the provider. */
export function answerJsonSchema(offers: readonly Offer[]): Record<string, unknown> {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(answerSchema(offers), { target: 'draft-7' });
  return schema;
}
