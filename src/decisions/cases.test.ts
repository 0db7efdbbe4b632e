import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findUntested, loadCases, runCases, type RuleCase } from './cases.ts';
import { loadRules } from './load-rules.ts';

const rulesFolder = join(import.meta.dirname, '../../rules');
const rules = loadRules(rulesFolder);
const cases = loadCases(join(rulesFolder, 'cases'));

describe('the shipped rules', () => {
  test.each(cases.map((ruleCase) => ({ ruleCase, title: `${ruleCase.ruleId}: ${ruleCase.name}` })))(
    '$title',
    ({ ruleCase }) => {
      const [result] = runCases(rules, [ruleCase]);
      expect(result?.actual).toEqual(ruleCase.expect);
      expect(result?.passed).toBe(true);
    },
  );

  test('each have a case that they decide and one that they do not', () => {
    expect(findUntested(rules, cases)).toEqual([]);
  });
});

describe('the cases', () => {
  test('fail when a decision is another one', () => {
    const wrong = cases.map((ruleCase): RuleCase => ({
      ...ruleCase,
      expect: { decidedBy: 'rules', ruleId: 'another', actions: [] },
    }));
    expect(runCases(rules, wrong).filter((result) => result.passed)).toEqual([]);
  });

  test('fail when only the parameters are others', () => {
    const wrong = cases
      .filter((ruleCase) => ruleCase.expect.actions.length > 0)
      .map((ruleCase): RuleCase => {
        const actions = ruleCase.expect.actions.map((action) => ({ ...action, parameters: { alert: 'other' } }));
        return { ...ruleCase, expect: { ...ruleCase.expect, actions } };
      });
    expect(wrong.length).toBeGreaterThan(0);
    expect(runCases(rules, wrong).filter((result) => result.passed)).toEqual([]);
  });

  test('that are missing or left over are named', () => {
    const stray = cases.map((ruleCase) => ({ ...ruleCase, ruleId: 'gone' }));
    expect(findUntested(rules, stray)).toEqual([
      ...rules.rules.flatMap(({ id }) => [
        `${id}: add a case that it decides`,
        `${id}: add a case that it does not decide`,
      ]),
      'gone: these cases are for a rule that does not exist; rename the file',
    ]);
  });

  test('with a misspelt fact are refused, since they would test nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-cases-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const expected = 'expect: {decidedBy: none, ruleId: null, actions: []}';
    const text = `- {name: a, now: '2026-03-20T12:00:00Z', event: {}, facts: {deal: {id: '1', closedate: x}}, ${expected}}`;
    writeFileSync(join(folder, 'some-rule.yaml'), text);
    expect(() => loadCases(folder)).toThrow(/some-rule\.yaml: \[0\]\.facts\.deal: .*closedate/);
  });
});
