import type { GroupRole, JobFunction } from '../domain/buyer-group.ts';

/** What speaks for a member. */
export interface Evidence {
  /** How many providers say that the person works there. */
  sources: number;
  /** Days since the latest of them looked; null: unknown, which counts as a year. */
  ageDays: number | null;
  hasFunction: boolean;
  hasSeniority: boolean;
  /** An address at a domain of the company, another one, or none. */
  email: 'company' | 'other' | 'none';
}

const halfLifeDays = 180;
const unknownAgeDays = 365;

/** What a second source adds; more add nothing. */
const bySources = [0, 0.8, 1] as const;
const byEmail = { company: 1, other: 0.5, none: 0 } as const;

/**
 * How sure it is that the person is there and is who we think, from 0 to 1:
 *
 *     0.5 × employment + 0.3 × title + 0.2 × contact
 *     employment = (no source 0, one 0.8, more 1) × ½^(age / 180 days)
 *     title      = 0.6 if its function is known + 0.4 if its seniority is
 *     contact    = 1 for an address at the company, 0.5 for another, 0 for none
 *
 * It never falls when a source, a part of the title or a better address is added, nor when what is known is younger.
 */
export function memberConfidence({ sources, ageDays, hasFunction, hasSeniority, email }: Evidence): number {
  const agreement = bySources[Math.min(2, Math.max(0, Math.trunc(sources)))] ?? 0;
  const freshness = 0.5 ** (Math.max(0, ageDays ?? unknownAgeDays) / halfLifeDays);
  const title = (hasFunction ? 0.6 : 0) + (hasSeniority ? 0.4 : 0);
  return rounded(0.5 * agreement * freshness + 0.3 * title + 0.2 * byEmail[email]);
}

/** What a group's scores are made from. */
export interface ScoredMember {
  role: GroupRole | null;
  /** From 0 to 1. */
  confidence: number;
  functions: readonly JobFunction[];
}

/** What each part is worth to a group; a blocker is good to know of, and none is no gap. */
const weights: readonly (readonly [GroupRole, number])[] = [
  ['decision_maker', 0.35],
  ['economic_buyer', 0.25],
  ['champion', 0.25],
  ['influencer', 0.15],
];

/** What is left of it while a provider has not answered. */
const partialFactor = 0.8;

/**
 * How well the group is known, from 0 to 1: for each part the confidence of its surest member, weighed (decision maker 0.35, economic
 * buyer 0.25, champion 0.25, influencer 0.15); four fifths of that when the last look was partial. It never falls when a member is
 * added or becomes surer, and does not depend on the order.
 */
export function groupConfidence(members: readonly ScoredMember[], isPartial: boolean): number {
  const surest = (role: GroupRole) =>
    Math.max(0, ...members.filter((member) => member.role === role).map(({ confidence }) => within(confidence)));
  const sum = weights.reduce((total, [role, weight]) => total + weight * surest(role), 0);
  return rounded(sum * (isPartial ? partialFactor : 1));
}

/** How close two members work: in one function 1, one of them at the top of the company 0.6, else 0.2. */
function closeness(one: ScoredMember, other: ScoredMember): number {
  if (one.functions.some((name) => other.functions.includes(name))) return 1;
  return [one, other].some(({ functions }) => functions.includes('general_management')) ? 0.6 : 0.2;
}

/**
 * How much of one group its members are, from 0 to 1: the mean closeness of all pairs of those who have a part, each pair weighed by
 * the product of its confidences. Below two such members there is no group, and it is 0. It is 1 when all work in one function,
 * never falls when somebody joins who is close to all, and does not depend on the order.
 */
export function cohesion(members: readonly ScoredMember[]): number {
  const taking = members.filter(({ role, confidence }) => role !== null && confidence > 0);
  let close = 0;
  let all = 0;
  for (const [index, one] of taking.entries()) {
    for (const other of taking.slice(index + 1)) {
      const weight = within(one.confidence) * within(other.confidence);
      close += weight * closeness(one, other);
      all += weight;
    }
  }
  return all === 0 ? 0 : rounded(close / all);
}

const within = (value: number): number => Math.min(1, Math.max(0, value));
/** Four places: sums of the same numbers in another order differ only beyond them. */
const rounded = (value: number): number => Math.round(within(value) * 10_000) / 10_000;
