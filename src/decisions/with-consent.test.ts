import { expect, test } from 'vitest';
import type { Decision, PlannedAction } from '../domain/decision.ts';
import { needsConsent, outreach, withConsent } from './with-consent.ts';

/** Protects people: under `compliance` nothing reaches them without their consent on record. */

const action = (type: PlannedAction['type']): PlannedAction => ({
  type,
  targetId: '1',
  priority: 'standard',
  parameters: {},
});
const decided = (actions: PlannedAction[], mode: Decision['mode'] = 'compliance'): Decision => ({
  decidedBy: 'rules',
  ruleId: 'a-rule',
  ruleSetHash: 'hash',
  confidence: 1,
  reasoning: 'A rule says so.',
  decidedAt: '2026-01-01T00:00:00Z',
  actions,
  trace: [],
  mode,
  urgency: 'standard',
  model: null,
  consent: null,
});
const missing = { purpose: outreach, granted: false, recordedAt: null };

test('only actions on a person, and only under compliance, need consent', () => {
  expect(needsConsent(decided([action('draft_followup')]))).toBe(true);
  expect(needsConsent(decided([action('notify_ae'), action('update_crm_field')]))).toBe(false);
  expect(needsConsent(decided([]))).toBe(false);
  for (const mode of ['rules', 'rules-then-model', 'model-first'] as const) {
    expect(needsConsent(decided([action('draft_followup')], mode))).toBe(false);
  }
});

test('without consent the actions on a person are left out, the others stay, and the reason is said', () => {
  const both = decided([action('draft_followup'), action('notify_ae')]);
  expect(withConsent(both, missing)).toEqual({
    ...both,
    consent: missing,
    actions: [action('notify_ae')],
    reasoning: 'no consent on record. A rule says so.',
  });
});

test('with consent the decision stays as it is, with its proof', () => {
  const granted = { ...missing, granted: true, recordedAt: '2026-01-01T00:00:00.000Z' };
  const plain = decided([action('draft_followup')]);
  expect(withConsent(plain, granted)).toEqual({ ...plain, consent: granted });
});
