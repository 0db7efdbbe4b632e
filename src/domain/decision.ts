import { z } from 'zod';

export const actionTypes = ['draft_followup', 'notify_ae'] as const;
export type ActionType = (typeof actionTypes)[number];

export const priorities = ['low', 'standard', 'high', 'immediate'] as const;
export type Priority = (typeof priorities)[number];

/** One action on one target. `targetId` is an id at the provider (a contact, a company, an owner) or `default`; never an address. */
export const plannedAction = z.strictObject({
  type: z.enum(actionTypes),
  targetId: z.string().min(1).max(100),
  priority: z.enum(priorities),
  parameters: z.record(z.string(), z.unknown()),
});
export type PlannedAction = z.infer<typeof plannedAction>;

/** The value a condition had: `unknown` when it reads a fact nobody has. */
export type Truth = true | false | 'unknown';

/** How each rule came out, in the order they were asked: what `GET /api/v1/events/:id` explains. */
export interface RuleTrace {
  ruleId: string;
  version: number;
  matched: boolean;
  predicates: readonly { expression: string; value: Truth }[];
}

/** What to do about one event, with who decided it and why. A pure function of the event, its facts, the rule set and the time. */
export interface Decision {
  decidedBy: 'rules' | 'model' | 'fallback' | 'none';
  ruleId: string | null;
  ruleSetHash: string;
  confidence: number | null;
  reasoning: string;
  /** ISO 8601; `now` of every condition. */
  decidedAt: string;
  actions: readonly PlannedAction[];
  trace: readonly RuleTrace[];
}
