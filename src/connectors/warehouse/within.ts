import { toVendorError } from './errors.ts';

/** Ends with `timeoutMs`, though what cannot be interrupted may go on for a while. */
export async function within<T>(
  operation: string,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(Math.max(0, Math.floor(timeoutMs)));
  try {
    return await Promise.race([work(signal), ended(signal)]);
  } catch (error) {
    throw toVendorError(operation, error, signal.aborted);
  }
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
