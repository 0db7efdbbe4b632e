import { z } from 'zod';
import { createCollection, type Reader } from '../collection.ts';
import type { Change } from '../change.ts';

/** One answer: a plan (sent as JSON), any text, a refusal, or one that was cut short. */
export const modelAnswerSchema = z.union([
  z.strictObject({ plan: z.unknown() }).refine(({ plan }) => plan !== undefined, 'plan: missing'),
  z.strictObject({ text: z.string() }),
  z.strictObject({ refusal: z.string().min(1) }),
  z.strictObject({ incomplete: z.enum(['max_output_tokens', 'content_filter']), text: z.string().default('') }),
]);
export type ModelAnswer = z.infer<typeof modelAnswerSchema>;

/** What `PUT /_sandbox/model` takes: one answer for every call from now on, or a list, of which each call takes the next. */
export const modelScriptSchema = z.union([modelAnswerSchema, z.array(modelAnswerSchema).max(10_000)]);
export type ModelScript = z.infer<typeof modelScriptSchema>;

const scripts = createCollection('openai/script', z.object({ script: modelScriptSchema }));
const asked = createCollection('openai/asked', z.object({ number: z.number(), at: z.string(), body: z.unknown() }));

const id = 'model';
const keptQuestions = 200;

/** Nothing is done unless it is asked for. */
const nothing: ModelAnswer = {
  plan: { reasoning: 'Nothing here calls for an action.', action: { type: 'none' }, priority: 'low', confidence: 0.9 },
};

export const setScript = (script: ModelScript): Change => scripts.put(id, { script });

/** The answer to the next call, and what changes when it is given. */
export function takeAnswer(state: Reader): { answer: ModelAnswer; changes: Change[] } {
  const script = scripts.find(state, id)?.script ?? nothing;
  if (!Array.isArray(script)) return { answer: script, changes: [] };
  const [answer = nothing, ...rest] = script;
  return { answer, changes: [setScript(rest)] };
}

/** Keeps what was asked, the latest of it, so that prompts can be looked at. */
export function keepQuestion(state: Reader, at: Date, body: unknown): Change {
  const last = Math.max(0, ...asked.list(state).map(({ number }) => number));
  return asked.put(String((last + 1) % keptQuestions), { number: last + 1, at: at.toISOString(), body });
}

export const questions = (state: Reader) => asked.list(state).toSorted((a, b) => a.number - b.number);
