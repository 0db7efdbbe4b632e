import { VendorError, type VendorErrorKind } from '../../domain/failure.ts';
import { DailyCreditsUsed } from './paid-calls.ts';

/** Whoever says this says it to everybody who asks next. */
const stopping: ReadonlySet<VendorErrorKind> = new Set([
  'RateLimited',
  'CircuitOpen',
  'Throttled',
  'PaymentRequired',
  'Unauthorized',
]);
const atOnce = 4;

export interface AskedEach {
  /** How many were not answered for, by why. */
  unanswered: ReadonlyMap<string, number>;
  /** Why it is worth to ask again, or useless to go on. */
  failure: VendorError | undefined;
}

/**
 * Asks for each, four at a time. One that fails keeps no other from being asked for, unless it would go the same way with all. Throws what
 * is no error of a provider, once nobody asks any more.
 */
export async function askEach<T>(items: readonly T[], ask: (item: T) => Promise<void>): Promise<AskedEach> {
  const waiting = [...items];
  const unanswered = new Map<string, number>();
  const count = (why: string, people: number) => {
    if (people > 0) unanswered.set(why, (unanswered.get(why) ?? 0) + people);
  };
  let failure: VendorError | undefined;

  function failed(error: unknown): void {
    const isUsedUp = error instanceof DailyCreditsUsed;
    if (!isUsedUp && !(error instanceof VendorError)) {
      waiting.length = 0;
      throw error;
    }
    const stops = isUsedUp || stopping.has(error.kind);
    count(isUsedUp ? error.name : error.failureClass, 1 + (stops ? waiting.splice(0).length : 0));
    if (!isUsedUp && (stops || error.retryable) && !(failure && stopping.has(failure.kind)))
      failure = stops ? error : (failure ?? error);
  }

  async function askNext(): Promise<void> {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await ask(item);
      } catch (error) {
        failed(error);
      }
    }
  }
  const settled = await Promise.allSettled(Array.from({ length: atOnce }, askNext));
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
  return { unanswered, failure };
}
