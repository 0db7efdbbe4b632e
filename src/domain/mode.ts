import { z } from 'zod';

/**
 * How events are decided: by rules alone; by a model where no rule decides; by a model first, with the rules as its fallback;
 * or by rules alone and only for people whose consent is on record.
 */
export const decisionModes = ['rules', 'rules-then-model', 'model-first', 'compliance'] as const;
export const decisionMode = z.enum(decisionModes);
export type DecisionMode = z.infer<typeof decisionMode>;

export interface ModeEntry {
  /** Event types, or patterns with `*`. */
  types: readonly string[];
  mode: DecisionMode;
  /** Decided together with others instead of one by one; only where the mode is `rules`. */
  batch?: boolean | undefined;
}

/** The first entry that fits the type. */
function entryOf(entries: readonly ModeEntry[], eventType: string): ModeEntry | undefined {
  const fits = (pattern: string) => matches(pattern.split('*'), eventType);
  return entries.find(({ types }) => types.some(fits));
}

/** How events of the type are decided: by rules alone when no entry fits. */
export const modeOf = (entries: readonly ModeEntry[], eventType: string): DecisionMode =>
  entryOf(entries, eventType)?.mode ?? 'rules';

/** Whether events of the type wait to be decided together. */
export const isBatched = (entries: readonly ModeEntry[], eventType: string): boolean =>
  entryOf(entries, eventType)?.batch === true;

/** Whether the text is the pieces in their order with anything between them; no regular expression is made of a setting. */
function matches(pieces: readonly string[], text: string): boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let position = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, position);
    if (found < 0 || found + piece.length > text.length - last.length) return false;
    position = found + piece.length;
  }
  return true;
}
