/** For a time that does not fit: what senders may write. */
export const timeMessage =
  'expected a time between 2005 and a day from now: ISO 8601 with an offset, or epoch seconds (10 digits) or milliseconds (13)';

const earliestMs = Date.UTC(2005, 0, 1);
const dayMs = 24 * 60 * 60_000;

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** The moment that a sender names, in milliseconds, if it is one. */
export function epochMsOf(value: string | number): number | undefined {
  const text = String(value);
  if (/^\d{13}$/.test(text)) return Number(text);
  if (/^\d{10}(\.\d{1,9})?$/.test(text)) return Math.round(Number(text) * 1000);
  if (typeof value === 'number' || !isoTime.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** No sender of ours is older than 2005: a smaller number is in another unit. A day ahead is room for clocks that are wrong. */
export const isPlausible = (ms: number, receivedAt: Date): boolean =>
  ms >= earliestMs && ms <= receivedAt.getTime() + dayMs;
