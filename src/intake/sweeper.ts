import type { Logger } from '../telemetry/log.ts';
import type { Starter, SweepLimits } from './starter.ts';

/** Sweeps the lanes again and again, one round at a time, until it is stopped. A round that fails is logged and tried again. */
export function startSweeper(options: {
  starter: Starter;
  everyMs: number;
  limits: SweepLimits;
  /** What else a round does. */
  tidy?: () => Promise<void>;
  log: Logger;
}): {
  stop(): Promise<void>;
} {
  const { starter, everyMs, limits, tidy, log } = options;
  const stopping = new AbortController();

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      stopping.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
    });

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await starter.sweep(limits);
        await tidy?.();
      } catch (error) {
        log.warn({ reason: error instanceof Error ? error.name : 'unknown' }, 'a sweep failed, the next one follows');
      }
      await pause();
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
