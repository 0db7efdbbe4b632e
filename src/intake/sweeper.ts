import type { Logger } from '../telemetry/log.ts';
import { reasonOf } from './reason-of.ts';

/** Does its duties again and again, one round at a time, until it is stopped. One that fails is logged, and done in the next round. */
export function startSweeper(options: { duties: readonly (() => Promise<unknown>)[]; everyMs: number; log: Logger }): {
  stop(): Promise<void>;
} {
  const { duties, everyMs, log } = options;
  const stopping = new AbortController();

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      stopping.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
    });

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const duty of duties) {
        try {
          await duty();
        } catch (error) {
          log.warn({ reason: reasonOf(error) }, 'a sweep failed, the next one follows');
        }
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
