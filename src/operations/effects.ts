import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { settleEffect, type Settled } from '../db/settle-effect.ts';

/** Settles an `unknown` effect by what an operator found out at the provider. It runs nothing: a redrive of the event does. */
export function createSettleEffect(options: { queries: Queries; tenantId: string }) {
  const { queries, tenantId } = options;
  return (key: string, what: 'done' | 'not-done', by: string): Promise<Settled> =>
    orUnavailable(settleEffect(queries, { tenantId, key, done: what === 'done', by }));
}

export type SettleEffect = ReturnType<typeof createSettleEffect>;
