import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ruleCases } from './rule-cases.ts';

/** Protects the worker from a rule that decides well and asks for what cannot be done. */

test('every plan of the shipped rules can be carried out', () => {
  expect(ruleCases.test(undefined)).toMatchObject({ unusable: [], untested: [] });
});

test.each([
  ['notify_ae', '{ alrt: "\'x\'" }', /^sample: decided: notify_ae: parameters\.alert: /],
  ['draft_followup', '{ template: "\'no_such_template\'" }', /parameters\.template: no such template/],
  [
    'update_crm_field',
    '{ objectType: "\'deals\'", property: "\'dealname\'", value: "\'x\'" }',
    /parameters\.property: .*actions\.crmFields\.deals/,
  ],
])('a plan of %s with %s is named by rule and case', (action, parameters, reason) => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-rules-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'cases'));
  const plan = `[{ action: ${action}, priority: high, target: [deal.id], parameters: ${parameters} }]`;
  writeFileSync(
    join(folder, 'sample.yaml'),
    `{ id: sample, version: 1, description: x, priority: 1, when: [has(deal.id)], plan: ${plan}, reasoning: x }`,
  );
  const actions = `[{ type: ${action}, targetId: '1', priority: high }]`;
  writeFileSync(
    join(folder, 'cases/sample.yaml'),
    `- { name: decided, now: '2026-03-20T12:00:00Z', event: {}, facts: { deal: { id: '1' } }, expect: { decidedBy: rules, ruleId: sample, actions: ${actions} } }`,
  );
  const { cases, unusable } = ruleCases.test(folder);
  expect(cases).toMatchObject([{ passed: true }]);
  expect(unusable).toEqual([expect.stringMatching(reason)]);
});
