import type { Client } from '@temporalio/client';

class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * Calls Temporal and waits until `deadlineMs` (epoch) at the most. The worker's connection tries again by itself for many
 * seconds, whatever deadline it is given, so the wait is ended here; the call may still succeed after that.
 */
export async function callWithin<T>(client: Client, deadlineMs: number, call: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new DeadlineExceeded('Temporal did not answer in time')),
    deadlineMs - Date.now(),
  );
  return Promise.race([client.withDeadline(deadlineMs, call), late.promise]).finally(() => clearTimeout(timer));
}
