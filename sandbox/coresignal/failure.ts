import type { Answer } from '../vendor.ts';

const details: Readonly<Record<number, string>> = {
  401: 'Invalid API key',
  402: 'Insufficient credits',
  404: 'Not found',
  429: 'Too Many Requests',
};

/** An error as CoreSignal words it. */
export const coreSignalFailure = (status: number, message: string): Answer => ({
  status,
  body: { detail: details[status] ?? message },
  ...((status === 429 || status === 503) && { headers: { 'retry-after': '1' } }),
});
