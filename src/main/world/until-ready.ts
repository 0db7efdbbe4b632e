import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child.ts';
import { WorldError } from './world-error.ts';

/** One attempt: `null` when ready, else why not yet. */
export type Probe = () => Promise<string | null>;

/** Waits until the probe succeeds. Throws when the child dies, the time is over, or the probe does. */
export async function untilReady(child: Child, probe: Probe, timeoutMs: number): Promise<void> {
  const died = child.exited.then((error) => {
    throw error;
  });
  await Promise.race([died, poll(child, probe, timeoutMs)]);
}

async function poll(child: Child, probe: Probe, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!child.hasExited()) {
    const reason = await probe();
    if (reason === null) return;
    if (Date.now() > deadline) {
      const lines = child.lastLines();
      throw new WorldError(
        `${child.name} was not ready within ${timeoutMs / 1000} s: ${reason}${lines && `\nIts last lines:\n${lines}`}`,
      );
    }
    await delay(100);
  }
  throw await child.exited;
}

/** A probe for a program that answers HTTP 200 when it is ready; its body says what is missing until then. */
export function httpProbe(url: string): Probe {
  return async () => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
      const body = await response.text();
      return response.status === 200 ? null : `${url} answers ${response.status} ${body.slice(0, 500)}`;
    } catch (error) {
      return `${url} does not answer (${error instanceof Error ? error.message : String(error)})`;
    }
  };
}
