import type { EffectResult } from '../effects/ledger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Counts how one step of an effect ended; one that is tried again is counted when it ends. */
export function countEffect(metrics: Metrics, action: string, result: EffectResult): void {
  if (result.state === 'later') return;
  const isUnknown = result.state === 'failed' && result.failureClass === 'EffectUnknown';
  metrics.effects.inc({ action, state: isUnknown ? 'unknown' : result.state === 'failed' ? 'refused' : result.state });
  if (result.state === 'skipped') metrics.skippedDuplicates.inc({ action });
}
