import type { Move } from '../domain/buyer-group.ts';
import { isRoleMailbox } from '../domain/role-mailbox.ts';

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

/** Whether an address is somebody's own at one of a company's domains, or below it: a private one, that of another employer, and that of a desk are not. */
export function isAddressAt(email: string, domains: readonly string[]): boolean {
  const at = email.toLowerCase();
  if (isRoleMailbox(at)) return false;
  return domains.some((domain) => at.endsWith(`@${domain}`) || at.endsWith(`.${domain}`));
}

/** Whether somebody has an address at a company, elsewhere, or none. */
export function addressAt(emails: readonly string[], domains: readonly string[]): 'company' | 'other' | 'none' {
  if (emails.length === 0) return 'none';
  return emails.some((email) => isAddressAt(email, domains)) ? 'company' : 'other';
}
