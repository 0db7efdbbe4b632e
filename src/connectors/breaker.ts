import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { type Provider, VendorError } from '../domain/failure.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerChange {
  provider: Provider;
  state: BreakerState;
  /** What was the last failure that counted; null before the first one. */
  lastFailureClass: string | null;
}

export type Breaker = ReturnType<typeof createBreaker>;

/**
 * Stops asking a provider that failed `failures` times in a row, for `resetMs`; then one call tries it, and what that says
 * decides. Only what may pass by itself counts as a failure: a provider that says no is up. A try that brought no word of the
 * provider, such as one that was not sent, leaves it alone for as long again.
 */
export function createBreaker(options: {
  provider: Provider;
  failures: number;
  resetMs: number;
  onChange?: (change: BreakerChange) => void;
}) {
  const { provider, failures, resetMs, onChange } = options;
  const policy = circuitBreaker(
    // What is not handled here would close a breaker that is half open.
    handleWhen((error) => counts(error) || policy.state === CircuitState.HalfOpen),
    {
      halfOpenAfter: resetMs,
      breaker: new ConsecutiveBreaker(failures),
    },
  );
  let openUntilMs = 0;
  let lastFailureClass: string | null = null;
  const tell = (state: BreakerState): void => onChange?.({ provider, state, lastFailureClass });
  policy.onFailure(({ reason }) => {
    if ('error' in reason && counts(reason.error)) lastFailureClass = reason.error.failureClass;
  });
  policy.onBreak(() => {
    openUntilMs = Date.now() + resetMs;
    tell('open');
  });
  policy.onHalfOpen(() => tell('half-open'));
  policy.onReset(() => tell('closed'));

  /** How long nobody is asked, in milliseconds; 0: a call may be made now. */
  function openForMs(): number {
    if (policy.state === CircuitState.Open) return Math.max(0, openUntilMs - Date.now());
    // Who waits for the one that tries could come to his turn when his own time is over.
    return policy.state === CircuitState.HalfOpen ? probeMs : 0;
  }

  const refusal = (retryAfterMs: number) =>
    new VendorError(provider, 'CircuitOpen', `${provider}: not asked, since it kept failing (${lastFailureClass})`, {
      retryAfterMs,
    });

  return {
    openForMs,

    /** Makes the call unless the provider is being left alone. Throws `VendorError` of kind `CircuitOpen`, or what the call throws. */
    async run<T>(call: () => Promise<T>): Promise<T> {
      const waitMs = openForMs();
      if (waitMs > 0) throw refusal(waitMs);
      try {
        const outcome = await policy.execute(async () => answerOf(call));
        if ('value' in outcome) return outcome.value;
        throw outcome.said;
      } catch (error) {
        throw error instanceof BrokenCircuitError ? refusal(Math.max(1, openForMs())) : error;
      }
    },
  };
}

/** When to ask again while one call tries whether the provider is back. */
const probeMs = 1_000;

const counts = (error: Error): error is VendorError => error instanceof VendorError && error.retryable && error.asked;

/** A refusal is an answer: it ends a row of failures as a result does. */
async function answerOf<T>(call: () => Promise<T>): Promise<{ value: T } | { said: VendorError }> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof VendorError && !error.retryable) return { said: error };
    throw error;
  }
}
