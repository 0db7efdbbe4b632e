import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../decide.ts';
import type { Decision } from '../../domain/decision.ts';
import { decisionModes } from '../../domain/mode.ts';
import { renderMail } from '../../actions/mail-template.ts';
import { judge } from './judge.ts';
import { type Offer, templates } from './offers.ts';
import { needsModel, withModel } from './with-model.ts';

/** Protects "a model is never believed": what is not exactly one of the offered actions, sure enough, decides nothing. */

const offers: Offer[] = [
  {
    type: 'draft_followup',
    targets: new Map([['contact', '4242']]),
    parameter: 'template',
    values: templates,
  },
  {
    type: 'notify_ae',
    targets: new Map([
      ['owner', '77'],
      ['default', 'default'],
    ]),
    parameter: 'alert',
    values: ['needs_attention'],
  },
];
const draft = { type: 'draft_followup', target: 'contact', template: 'stalled_deal_reactivation' };
const plan = { reasoning: 'It is stalled.', action: draft, priority: 'high', confidence: 0.9 };
const said = (text: string) => judge({ status: 'completed', text }, offers, 0.75);
const saidPlan = (change: Record<string, unknown>) => said(JSON.stringify({ ...plan, ...change }));

describe('an answer that is taken', () => {
  test('gives the action its target by the label, and nothing of its own', () => {
    expect(saidPlan({})).toEqual({
      verdict: 'accepted',
      confidence: 0.9,
      reasoning: 'It is stalled.',
      actions: [
        {
          type: 'draft_followup',
          targetId: '4242',
          priority: 'high',
          parameters: { template: 'stalled_deal_reactivation' },
        },
      ],
    });
  });

  test('may be that nothing is done', () =>
    expect(saidPlan({ action: { type: 'none' } })).toMatchObject({ verdict: 'accepted', actions: [] }));

  test.each([
    [0.75, 'accepted'],
    [0.7499, 'below-threshold'],
    [0, 'below-threshold'],
    [1, 'accepted'],
  ])('with the confidence %d is %s', (confidence, verdict) =>
    expect(saidPlan({ confidence })).toMatchObject({ verdict, confidence }),
  );

  test.each(templates)('names the template %s, which exists', (name) =>
    expect(renderMail(name, { firstName: '', dealName: '', accountName: '', senderName: '' })).resolves.toBeDefined(),
  );
});

describe('an answer that is not one of those offered is invalid', () => {
  test.each<[string, Record<string, unknown>]>([
    ['another action', { action: { ...draft, type: 'send_email' } }],
    [
      'an action that was not offered',
      { action: { type: 'update_crm_field', target: 'deal', property: 'x', value: 'y' } },
    ],
    ['a target that is an address', { action: { ...draft, target: 'evil@attacker.example' } }],
    ['a target that is an id', { action: { ...draft, target: '4242' } }],
    ["another action's target", { action: { ...draft, target: 'owner' } }],
    ['a name every object has', { action: { ...draft, target: 'constructor' } }],
    ['an unknown template', { action: { ...draft, template: '../../etc/passwd' } }],
    ['words of its own', { action: { ...draft, text: 'Dear Sir' } }],
    ['a recipient of its own', { to: 'evil@attacker.example' }],
    ['no action', { action: undefined }],
    ['two actions', { action: [draft, draft] }],
    ['no reasoning', { reasoning: undefined }],
    ['an unknown priority', { priority: 'urgent!!!' }],
    ['a confidence above 1', { confidence: 1.0001 }],
    ['a negative confidence', { confidence: -0.1 }],
    ['a confidence in words', { confidence: 'high' }],
    ['a confidence as text', { confidence: '0.9' }],
    ['a confidence that is not a number', { confidence: Number.NaN }],
    ['an infinite confidence', { confidence: Infinity }],
    ['no confidence', { confidence: undefined }],
  ])('%s', (_what, change) => expect(saidPlan(change)).toEqual({ verdict: 'invalid', confidence: null }));

  test.each([
    ['nothing', ''],
    ['half a JSON', JSON.stringify(plan).slice(0, 60)],
    ['NaN, which is no JSON', JSON.stringify(plan).replace('0.9', 'NaN')],
    ['a number beyond all numbers', JSON.stringify(plan).replace('0.9', '1e999')],
    ['prose', 'Sure! Here is the plan you asked for.'],
    ['a fenced JSON', `\`\`\`json\n${JSON.stringify(plan)}\n\`\`\``],
    ['a list', JSON.stringify([plan])],
    ['null', 'null'],
  ])('%s', (_what, text) => expect(said(text)).toEqual({ verdict: 'invalid', confidence: null }));

  test('and so is whatever else it says, without an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `{"action":${json}}`),
        ),
        (text) => {
          expect(said(text)).toEqual({ verdict: 'invalid', confidence: null });
        },
      ),
    );
  });

  test('whatever it puts into one of the fields, a target and a parameter are ours or there is none', () => {
    const field = fc.constantFrom('action', 'priority', 'confidence', 'reasoning', 'target', 'template', 'type');
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        const change = name in plan ? { [name]: value } : { action: { ...draft, [name]: value } };
        const judgement = saidPlan(change);
        const actions = judgement.verdict === 'accepted' ? judgement.actions : [];
        for (const action of actions) {
          expect(action.targetId).toBe('4242');
          expect(action.parameters).toEqual({ template: 'stalled_deal_reactivation' });
        }
      }),
    );
  });
});

test.each(['refused', 'truncated'] as const)('an answer that was %s is not read, however good it looks', (status) =>
  expect(judge({ status, text: JSON.stringify(plan) }, offers, 0.75)).toEqual({ verdict: status, confidence: null }),
);

describe('the decision', () => {
  const asked = { name: 'gpt', promptHash: 'abc' };
  const silent = decide({
    event: {
      version: 1,
      source: 's',
      eventType: 'deal.propertyChange',
      objectType: 'deal',
      objectId: '1',
      urgency: 'standard',
      confidence: 1,
      firedAt: '2026-01-01T00:00:00Z',
      receivedAt: '2026-01-01T00:00:00Z',
      payload: {},
    },
    facts: { gaps: [], provider: 'none', fetchedAt: '2026-01-01T00:00:00Z' },
    rules: { rules: [], hash: 'rules' },
    now: new Date('2026-01-01T00:00:00Z'),
    mode: 'rules-then-model',
  });
  const ruled: Decision = {
    ...silent,
    mode: 'model-first',
    decidedBy: 'rules',
    ruleId: 'a-rule',
    confidence: 1,
    reasoning: 'A rule says so.',
    actions: [{ type: 'notify_ae', targetId: '77', priority: 'low', parameters: {} }],
  };

  test('asks a model where the mode says so', () => {
    const asks = decisionModes.map((mode) => [mode, needsModel({ ...silent, mode }), needsModel({ ...ruled, mode })]);
    expect(asks).toEqual([
      ['rules', false, false],
      ['rules-then-model', true, false],
      ['model-first', true, true],
      ['compliance', false, false],
    ]);
  });

  test("is the model's when its answer was taken, with what the rules said beside it", () => {
    const decided = withModel(ruled, asked, saidPlan({ action: { type: 'none' } }));
    expect(decided).toMatchObject({
      decidedBy: 'model',
      ruleId: null,
      actions: [],
      confidence: 0.9,
      trace: ruled.trace,
      model: { ...asked, verdict: 'accepted', confidence: 0.9 },
    });
  });

  test('falls back to what the rules decided, and says why', () => {
    const decided = withModel(ruled, asked, { verdict: 'late', confidence: null });
    expect(decided).toMatchObject({
      decidedBy: 'fallback',
      ruleId: 'a-rule',
      actions: ruled.actions,
      model: { ...asked, verdict: 'late', confidence: null },
    });
    expect(decided.reasoning).toBe('The model did not decide: it did not answer in time. A rule says so.');
  });

  test('falls back to nothing where the rules were silent', () =>
    expect(withModel(silent, asked, saidPlan({ confidence: 0.5 }))).toMatchObject({
      decidedBy: 'fallback',
      ruleId: null,
      actions: [],
      model: { verdict: 'below-threshold', confidence: 0.5 },
    }));
});
