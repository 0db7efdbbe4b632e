import { z } from 'zod';
import { urgencies } from './event.ts';
import { decisionMode } from './mode.ts';

export const actionTypes = ['draft_followup', 'notify_ae', 'update_crm_field'] as const;
export type ActionType = (typeof actionTypes)[number];

/** What becomes of every lead, as far as it is set up. Nobody plans it. */
export const leadActionTypes = [
  'upsert_contact',
  'send_to_marketing',
  'send_to_assistant',
  'index_lead',
  'store_lead',
] as const;

/** Whoever is told when the buyer group of a company has changed. Nobody plans it. */
export const groupActionTypes = ['notify_buyer_group', 'draft_buyer_group'] as const;
export type GroupActionType = (typeof groupActionTypes)[number];

/** What becomes of what providers were given of a person who is erased. Nobody plans it. */
const erasureActionTypes = [
  'erase_contact',
  'tell_marketing_of_erasure',
  'tell_assistant_of_erasure',
  'delete_message',
  'delete_draft',
] as const;

export const priorities = ['low', 'standard', 'high', 'immediate'] as const;

/** One action on one target. `targetId` is an id at the provider (a contact, a company, an owner) or `default`; never an address. */
export const plannedAction = z.strictObject({
  type: z.enum([...actionTypes, ...leadActionTypes, ...groupActionTypes, ...erasureActionTypes]),
  targetId: z.string().min(1).max(100),
  priority: z.enum(priorities),
  parameters: z.record(z.string(), z.unknown()),
});
export type PlannedAction = z.infer<typeof plannedAction>;

/** The value a condition had: `unknown` when it reads a fact nobody has. */
const truth = z.union([z.boolean(), z.literal('unknown')]);
export type Truth = z.infer<typeof truth>;

/** How a rule came out; rules stand in the order they were asked: what `GET /api/v1/events/:id` explains. */
const ruleTrace = z.strictObject({
  ruleId: z.string(),
  version: z.number(),
  matched: z.boolean(),
  predicates: z.array(z.strictObject({ expression: z.string(), value: truth })).readonly(),
});
export type RuleTrace = z.infer<typeof ruleTrace>;

/** What a model's answer was worth: taken, or why it was not. */
export const modelVerdict = z.enum([
  'accepted',
  'refused',
  'truncated',
  'invalid',
  'late',
  'failed',
  'below-threshold',
  'over-budget',
]);
export type ModelVerdict = z.infer<typeof modelVerdict>;

/** What a model was asked and what came of it. The prompt itself is kept sealed with the call; here is its hash. */
const modelTrace = z.strictObject({
  name: z.string(),
  /** SHA-256 in hex. */
  promptHash: z.string(),
  verdict: modelVerdict,
  confidence: z.number().nullable(),
});
export type ModelTrace = z.infer<typeof modelTrace>;

/** What was on record when an action on a person had been decided under `compliance`. `recordedAt`: ISO 8601. */
const consentTrace = z.strictObject({
  purpose: z.string(),
  granted: z.boolean(),
  recordedAt: z.iso.datetime().nullable(),
});
export type ConsentTrace = z.infer<typeof consentTrace>;

/** What to do about one event, with who decided it and why. A pure function of the event, its facts, the rule set and the time. */
export const decision = z.strictObject({
  decidedBy: z.enum(['rules', 'model', 'fallback', 'none']),
  ruleId: z.string().nullable(),
  ruleSetHash: z.string(),
  confidence: z.number().nullable(),
  reasoning: z.string(),
  /** ISO 8601; `now` of every condition. */
  decidedAt: z.iso.datetime(),
  actions: z.array(plannedAction).readonly(),
  trace: z.array(ruleTrace).readonly(),
  mode: decisionMode.default('rules'),
  /** The event's urgency in the light of the facts. */
  urgency: z.enum(urgencies).default('standard'),
  model: modelTrace.nullable().default(null),
  consent: consentTrace.nullable().default(null),
});
export type Decision = z.infer<typeof decision>;

/** What is done as a matter of course: neither a rule nor a model was asked. */
export const plannedByNobody = (reasoning: string, actions: readonly PlannedAction[], at: Date): Decision => ({
  decidedBy: 'none',
  ruleId: null,
  ruleSetHash: '',
  confidence: null,
  reasoning,
  decidedAt: at.toISOString(),
  actions,
  trace: [],
  mode: 'rules',
  urgency: 'standard',
  model: null,
  consent: null,
});
