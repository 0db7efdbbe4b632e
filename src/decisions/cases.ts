import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { plannedAction, type Decision } from '../domain/decision.ts';
import { canonicalEvent } from '../domain/event.ts';
import { caseFacts } from './case-facts.ts';
import { decide } from './decide.ts';
import type { RuleSet } from './rule.ts';
import { parseYaml, readYamlFolder, RulesError } from './yaml-folder.ts';

/** What a case leaves out of its event. */
const usualEvent = {
  version: 1,
  source: 'hubspot',
  eventType: 'deal.propertyChange',
  objectType: 'deal',
  objectId: '1',
  urgency: 'standard',
  confidence: 1,
  firedAt: '2026-01-01T00:00:00Z',
  receivedAt: '2026-01-01T00:00:00Z',
  payload: {},
};

const expectation = z.strictObject({
  decidedBy: z.enum(['rules', 'none']),
  ruleId: z.string().nullable(),
  /** `parameters` are compared where a case names them. */
  actions: z.array(plannedAction.partial({ parameters: true })),
});

const writtenCase = z.strictObject({
  name: z.string().min(1).max(200),
  now: z.iso.datetime().transform((text) => new Date(text)),
  event: z.preprocess(
    (given) => ({ ...usualEvent, ...z.record(z.string(), z.unknown()).catch({}).parse(given) }),
    canonicalEvent,
  ),
  facts: caseFacts,
  expect: expectation,
});

/** One event with its facts, and what the rules must make of it. `ruleId` is the rule beside which the case was written. */
export type RuleCase = z.infer<typeof writtenCase> & { ruleId: string };

export interface CaseResult {
  ruleCase: RuleCase;
  passed: boolean;
  /** The decision in the form of the case's `expect`. */
  actual: z.infer<typeof expectation>;
  decision: Decision;
}

/** Reads every `<rule id>.yaml` of the folder. Throws `RulesError` with all problems of all files. */
export function loadCases(directory: string): RuleCase[] {
  const problems: string[] = [];
  const cases: RuleCase[] = [];
  for (const file of readYamlFolder(directory)) {
    const parsed = parseYaml(file, z.array(writtenCase).min(1));
    if ('problems' in parsed) problems.push(...parsed.problems);
    else cases.push(...parsed.value.map((entry) => ({ ...entry, ruleId: basename(file.path, '.yaml') })));
  }
  if (problems.length > 0) throw new RulesError(problems);
  return cases;
}

/** Decides every case, in the order given. */
export function runCases(rules: RuleSet, cases: readonly RuleCase[]): CaseResult[] {
  return cases.map((ruleCase) => {
    const decision = decide({ event: ruleCase.event, facts: ruleCase.facts, rules, now: ruleCase.now });
    const actual = summarise(decision, ruleCase);
    return { ruleCase, passed: isDeepStrictEqual(actual, ruleCase.expect), actual, decision };
  });
}

/** What the cases leave open: each rule wants one case that it decides and one that it does not. */
export function findUntested(rules: RuleSet, cases: readonly RuleCase[]): string[] {
  const untested = rules.rules.flatMap(({ id }) => {
    const own = cases.filter((ruleCase) => ruleCase.ruleId === id);
    return [
      ...(own.some((ruleCase) => ruleCase.expect.ruleId === id) ? [] : [`${id}: add a case that it decides`]),
      ...(own.some((ruleCase) => ruleCase.expect.ruleId !== id) ? [] : [`${id}: add a case that it does not decide`]),
    ];
  });
  const known = new Set(rules.rules.map((rule) => rule.id));
  const strays = new Set(cases.map((ruleCase) => ruleCase.ruleId).filter((id) => !known.has(id)));
  return [
    ...untested,
    ...[...strays].map((id) => `${id}: these cases are for a rule that does not exist; rename the file`),
  ];
}

function summarise(decision: Decision, { expect }: RuleCase): CaseResult['actual'] {
  const actions = decision.actions.map(({ parameters, ...action }, index) =>
    expect.actions[index]?.parameters === undefined ? action : { ...action, parameters },
  );
  const decidedBy = decision.decidedBy === 'rules' ? 'rules' : 'none';
  return { decidedBy, ruleId: decision.ruleId, actions };
}
