import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until there is an answer (anything but `undefined`); after the deadline it says what was waited for. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, deadlineMs = 40_000): Promise<T> {
  const endsAt = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= endsAt) throw new Error(`waited ${deadlineMs} ms in vain for: ${what}`);
    await delay(20);
  }
}
