import type { JobFunction, Move, Seniority, TitleReading } from '../domain/buyer-group.ts';

/** As Temporal has them: 1 is first. */
export type Priority = 1 | 2 | 3 | 4 | 5;

/** What a refresh is asked for. */
export interface RefreshReason {
  title: TitleReading;
  move: Move | null;
  /** The company is one that the tenant wants to win. */
  isTargetAccount: boolean;
  targetFunctions: readonly JobFunction[];
  /** Somebody waits for it. */
  isRequested?: boolean;
}

const bySeniority: Readonly<Record<Seniority, number>> = {
  c_level: 2,
  owner: 2,
  vp: 2,
  head: 3,
  director: 3,
  manager: 4,
  senior: 4,
  individual: 5,
  entry: 5,
};
const unknownTitle = 3;

/**
 * How urgent a refresh is. It begins with the rank of the person (the top 2, heads and directors 3, managers 4, others 5; an unknown
 * title 3), is one more urgent at a target account, and one less where the function neither buys nor holds the purse. A new title of
 * the same rank, or what nobody says, is one less urgent than a promotion, a join or a leave. What somebody waits for is first.
 */
export function priorityOf(reason: RefreshReason): Priority {
  const { title, move, isTargetAccount, targetFunctions, isRequested } = reason;
  if (isRequested) return 1;
  const { functions, seniority } = title;
  const matters: readonly JobFunction[] = [...targetFunctions, 'general_management', 'finance'];
  const isAside = functions.length > 0 && !functions.some((name) => matters.includes(name));
  const rank = seniority === null ? unknownTitle : bySeniority[seniority];
  return clamped(
    rank - (isTargetAccount ? 1 : 0) + (isAside ? 1 : 0) + (move === 'retitled' || move === 'changed' ? 1 : 0),
  );
}

function clamped(value: number): Priority {
  return ([1, 2, 3, 4, 5] as const)[Math.min(4, Math.max(0, value - 1))] ?? 5;
}
