import type { EffectRow } from '../db/effects.ts';

/** How often a provider is asked for one effect in one generation of its event. */
export const maxAttempts = 3;

export type Move =
  | { move: 'perform' }
  /** An earlier attempt may have done it: ask the provider; perform only if it has not, and if an attempt is left. */
  | { move: 'ask'; mayPerform: boolean }
  | { move: 'skip'; receipt: Record<string, string> }
  | { move: 'wait'; waitMs: number }
  | { move: 'fail'; failureClass: string };

/**
 * What to do about an effect, from what the ledger says of it. Nothing is asked before the last attempt's lease and the
 * provider's settle time are over: until then an effect could still appear.
 */
export function nextMove(effect: EffectRow | null, generation: number, settleMs: number, attempts = maxAttempts): Move {
  if (effect === null) return { move: 'perform' };
  if (effect.state === 'confirmed') return { move: 'skip', receipt: effect.receipt ?? {} };
  if (effect.state === 'unknown') return { move: 'fail', failureClass: 'EffectUnknown' };
  const newGeneration = effect.generation < generation;
  if (effect.state === 'refused' && !newGeneration)
    return { move: 'fail', failureClass: effect.failureClass ?? 'EffectRefused' };
  const attemptLeft = newGeneration || effect.attempts < attempts;
  const waitMs = effect.leaseMs + (effect.unsettled ? settleMs : 0);
  if (waitMs > 0) return { move: 'wait', waitMs: Math.ceil(waitMs) };
  if (effect.unsettled) return { move: 'ask', mayPerform: attemptLeft };
  return attemptLeft ? { move: 'perform' } : { move: 'fail', failureClass: effect.failureClass ?? 'EffectRefused' };
}
