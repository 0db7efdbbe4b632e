import type { Move } from '../domain/buyer-group.ts';

/** For so long somebody is new after joining or being promoted. */
const newDays = 180;

/** The move that still counts for the part in the group; one that whoever looks saw to be over does not. */
export function standingMove(
  { move, movedAtMs }: { move: Move | null; movedAtMs: number | null },
  { lookedAtMs, nowMs }: { lookedAtMs: number | null; nowMs: number },
): Move | null {
  if (move === null || movedAtMs === null) return null;
  if (move === 'left') return hasLeft({ move, movedAtMs }, lookedAtMs) ? move : null;
  return nowMs - movedAtMs <= newDays * 86_400_000 ? move : null;
}

/** An event says that somebody has left, and nobody saw them there later. */
export const hasLeft = (
  { move, movedAtMs }: { move: Move | null; movedAtMs: number | null },
  lookedAtMs: number | null,
): boolean => move === 'left' && !(lookedAtMs !== null && lookedAtMs > (movedAtMs ?? 0));

/** Whether an address is at a company's domain or below it, elsewhere, or there is none. */
export function addressAt(emails: readonly string[], domain: string | null): 'company' | 'other' | 'none' {
  if (emails.length === 0) return 'none';
  const isAt = (email: string) => domain !== null && (email.endsWith(`@${domain}`) || email.endsWith(`.${domain}`));
  return emails.some(isAt) ? 'company' : 'other';
}
