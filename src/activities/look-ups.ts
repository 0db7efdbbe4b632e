import type { Call } from '../connectors/ports.ts';
import { VendorError } from '../domain/failure.ts';
import { inSpan } from '../telemetry/traces.ts';
import type { Known } from './object-reads.ts';

/** A provider that wants to be left alone for longer is not waited for: rules go on with what is known. */
const maxRetryAfterMs = 15_000;

/** The look-ups for one event: they share one budget, and what one does not find is a gap instead of an error. */
export function createLookUps(budgetMs: number) {
  const endsAt = performance.now() + budgetMs;
  const gaps: string[] = [];
  const parts: Record<string, { fetchedAt: string; cached: boolean }> = {};
  let retryable: VendorError | undefined;

  /** What is left of the budget, for one call. Throws when that is nothing. */
  function call(): Call {
    const timeoutMs = Math.floor(endsAt - performance.now());
    if (timeoutMs <= 0) throw new BudgetSpent();
    return { timeoutMs };
  }

  async function attempt<T>(name: string, read: (call: () => Call) => Promise<T>): Promise<T | undefined> {
    try {
      return await inSpan(`look up ${name}`, { kind: 'client' }, () => inTime(call().timeoutMs, read(call)));
    } catch (error) {
      if (error instanceof BudgetSpent) {
        gaps.push(`${name}: BudgetSpent`);
        // What took the time is in the cache by now.
        retryable ??= new VendorError('HubSpot', 'Timeout', `HubSpot: Timeout (no time was left to look up ${name})`);
        return undefined;
      }
      if (!(error instanceof VendorError)) throw error;
      gaps.push(`${name}: ${error.failureClass}`);
      const soon = error.kind !== 'CircuitOpen' && (error.retryAfterMs ?? 0) <= maxRetryAfterMs;
      if (error.retryable && soon) retryable ??= error;
      return undefined;
    }
  }

  return {
    gaps,
    parts,
    attempt,
    retryable: () => retryable,

    /** The object with this id; without one there is nothing to look up, which is no gap. */
    async known<T>(
      name: string,
      id: string | undefined,
      read: (id: string, call: () => Call) => Promise<Known<T>>,
    ): Promise<T | undefined> {
      if (id === undefined) return undefined;
      const found = await attempt(name, (within) => read(id, within));
      if (!found) return undefined;
      parts[name] = { fetchedAt: found.fetchedAt.toISOString(), cached: found.cached };
      return found.value;
    },

    /** When the oldest part was read; `now` when nothing was. */
    oldest(now: Date): Date {
      const times = Object.values(parts).map(({ fetchedAt }) => Date.parse(fetchedAt));
      return new Date(Math.min(now.getTime(), ...times));
    },
  };
}

class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';
}

/** The call's own time limit says more of what happened, and comes first. */
const graceMs = 500;

/** A look-up that another event began may have more time than we. */
async function inTime<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new BudgetSpent()), timeoutMs + graceMs);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
