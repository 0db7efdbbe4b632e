import type { Decision, PlannedAction, RuleTrace, Truth } from '../domain/decision.ts';
import type { CanonicalEvent } from '../domain/event.ts';
import type { Facts } from '../domain/facts.ts';
import type { DecisionMode } from '../domain/mode.ts';
import { explainOtherType } from '../domain/role-change.ts';
import type { Expression } from './expression.ts';
import type { PlannedStep, Rule, RuleSet } from './rule.ts';
import { readValues, type Values } from './variables.ts';

export interface DecisionInput {
  event: CanonicalEvent;
  facts: Facts;
  rules: RuleSet;
  now: Date;
  /** How events of this type are decided; `rules` unless it is said. */
  mode?: DecisionMode;
}

/**
 * The first rule whose conditions are all true decides; the same input always gives the same decision. Facts of any shape are
 * read without throwing: what is missing or malformed is unknown.
 */
export function decide({ event, facts, rules, now, mode = 'rules' }: DecisionInput): Decision {
  const values = readValues(event, facts, now);
  const urgency = urgencyOf(event, values);
  const base = { ruleSetHash: rules.hash, decidedAt: now.toISOString(), mode, urgency, model: null, consent: null };
  const trace: RuleTrace[] = [];
  for (const rule of rules.rules) {
    const asked = ask(rule, values);
    trace.push(asked);
    if (!asked.matched) continue;
    const actions = plan(rule, values, event.objectId);
    return { ...base, decidedBy: 'rules', ruleId: rule.id, confidence: 1, reasoning: rule.reasoning, actions, trace };
  }
  const silence = explainSilence(rules, trace, values);
  const reasoning = [explainOtherType(event), silence].filter((each) => each !== undefined).join(' ');
  return { ...base, decidedBy: 'none', ruleId: null, confidence: null, reasoning, actions: [], trace };
}

/** `immediate` for a deal that closes within three weeks (or should have) and that nobody touched for more than ten days. */
export function urgencyOf(event: CanonicalEvent, { deal }: Values): CanonicalEvent['urgency'] {
  const { daysToClose, lastActivityDaysAgo } = deal;
  const closing = typeof daysToClose === 'bigint' && daysToClose < 21n;
  const idle = typeof lastActivityDaysAgo === 'bigint' && lastActivityDaysAgo > 10n;
  return closing && idle ? 'immediate' : event.urgency;
}

function ask(rule: Rule, values: Values): RuleTrace {
  const predicates = rule.when.map((condition) => ({ expression: condition.source, value: truth(condition, values) }));
  const matched = predicates.every(({ value }) => value === true);
  return { ruleId: rule.id, version: rule.version, matched, predicates };
}

function truth(condition: Expression, values: Values): Truth {
  const value = condition.value(values);
  return typeof value === 'boolean' ? value : 'unknown';
}

/** One action per type and target: a second one would be the same effect. */
function plan(rule: Rule, values: Values, objectId: string): PlannedAction[] {
  const actions = new Map<string, PlannedAction>();
  for (const step of rule.plan) {
    const action = planStep(step, values, objectId);
    const effect = JSON.stringify([action.type, action.targetId]);
    if (!actions.has(effect)) actions.set(effect, action);
  }
  return [...actions.values()];
}

function planStep(step: PlannedStep, values: Values, objectId: string): PlannedAction {
  const parameters = Object.entries(step.parameters)
    .map(([name, expression]) => [name, plain(expression.value(values))] as const)
    .filter(([, value]) => value !== undefined);
  return {
    type: step.action,
    // The object of the event is the last resort, so that a plan always has a target.
    targetId: chooseTarget(step.target, values) ?? objectId,
    priority: step.priority,
    parameters: Object.fromEntries(parameters),
  };
}

function chooseTarget(candidates: readonly Expression[], values: Values): string | undefined {
  for (const candidate of candidates) {
    const id = candidate.value(values);
    if (typeof id === 'string' && id.length >= 1 && id.length <= 100) return id;
  }
  return undefined;
}

/** What CEL answers as plain JSON. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Date ? value.toISOString() : value;
}

function explainSilence(rules: RuleSet, trace: readonly RuleTrace[], values: Values): string {
  const unknowns = rules.rules.flatMap((rule, index) =>
    rule.when
      .filter((_, position) => trace[index]?.predicates[position]?.value === 'unknown')
      .map((condition) => `${rule.id} cannot tell \`${condition.source}\` (${explainUnknown(condition, values)})`),
  );
  const count = rules.rules.length === 1 ? '1 rule was silent' : `${rules.rules.length} rules were silent`;
  return unknowns.length === 0 ? `${count}: each has a condition that is false.` : `${count}: ${unknowns.join('; ')}.`;
}

function explainUnknown(condition: Expression, values: Values): string {
  const missing = condition.missing(values);
  return missing.length === 0 ? 'it cannot be evaluated with these values' : `missing: ${missing.join(', ')}`;
}
