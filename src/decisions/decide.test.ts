import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { CanonicalEvent } from '../domain/event.ts';
import type { Facts } from '../domain/facts.ts';
import { decide } from './decide.ts';
import { parseRules } from './load-rules.ts';

const now = new Date('2026-03-20T12:00:00Z');
const event: CanonicalEvent = {
  version: 1,
  source: 'hubspot',
  eventType: 'deal.propertyChange',
  objectType: 'deal',
  objectId: '9001',
  urgency: 'standard',
  confidence: 1,
  firedAt: '2026-03-20T11:59:00Z',
  receivedAt: '2026-03-20T12:00:00Z',
  payload: { portalId: 62515, amount: 12.5, tags: ['a'] },
};
const noFacts: Facts = { gaps: [], provider: 'hubspot', fetchedAt: '2026-03-20T12:00:00Z' };

const step = { action: 'notify_ae', priority: 'high', target: ["'default'"] };
const ruleFile = (change: object) => ({
  path: 'rules/test.yaml',
  text: stringify({
    id: 'test',
    version: 1,
    description: 'd',
    priority: 1,
    when: ['true'],
    plan: [step],
    reasoning: 'r',
    ...change,
  }),
});
const decideWith = (change: object, facts: Partial<Facts> = {}) =>
  decide({ event, facts: { ...noFacts, ...facts }, rules: parseRules([ruleFile(change)]), now });
const valueOf = (condition: string, facts: Partial<Facts> = {}) =>
  decideWith({ when: [condition] }, facts).trace[0]?.predicates[0]?.value;

const planFor = (steps: object[], facts: Partial<Facts> = {}) => decideWith({ plan: steps }, facts).actions;

describe('a condition', () => {
  test.each([
    ['deal.daysToClose < 21'],
    ['deal.daysToClose >= 21'],
    ['!(deal.daysToClose < 21)'],
    ['deal.stage != "negotiation"'],
    ['deal.competitors.size() == 0'],
    ['deal.competitors.exists(c, c == "Initech")'],
    ['event.payload.nothing == 1'],
    ['event.payload.tags > 3'],
    ['1 / 0 == 1'],
  ])('that nobody can answer is unknown, never false: %s', (condition) => {
    expect(valueOf(condition)).toBe('unknown');
  });

  test.each([
    ['has(deal.stage)', false],
    ['true || deal.daysToClose < 21', true],
    ['deal.daysToClose < 21 || true', true],
    ['deal.daysToClose < 21 && false', false],
  ])('is answered when what is known settles it: %s', (condition, value) => {
    expect(valueOf(condition)).toBe(value);
  });

  test.each([
    ['event.confidence == 1'],
    ['event.confidence > 0'],
    ['event.confidence != 2'],
    ['1 == event.confidence'],
    ['event.version < 2'],
    ['event.payload.portalId == 62515'],
    ['event.payload.amount > 12'],
    ['event.receivedAt - event.firedAt == duration("60s")'],
    ['now == timestamp("2026-03-20T12:00:00Z")'],
    ['now.getHours() == 12'],
  ])('compares numbers and times as they are written: %s', (condition) => {
    expect(valueOf(condition)).toBe(true);
  });

  test.each([
    ['2026-03-20T12:00:00Z', 0],
    ['2026-03-20', 0],
    ['2026-03-20T12:00:00.001Z', 1],
    ['2026-03-20T14:00:00+02:00', 0],
    ['2026-03-19T12:00:00Z', -1],
    ['2026-04-10T12:00:00Z', 21],
  ])('reads the days to a close date of %s as %i', (closeDate, days) => {
    expect(valueOf(`deal.daysToClose == ${days}`, { deal: { id: '1', closeDate } })).toBe(true);
  });

  test('reads the days in a stage and since the last activity as whole days that have passed', () => {
    const deal = { id: '1', enteredStageAt: '2026-03-18T12:00:01Z', lastActivityAt: '2026-03-18T12:00:00Z' };
    expect(valueOf('deal.daysInStage == 1', { deal })).toBe(true);
    expect(valueOf('deal.lastActivityDaysAgo == 2', { deal })).toBe(true);
  });

  test.each(['soon', '', '1', '20 March 2026', '2026-03-20T12:00:00', '2026-13-01'])(
    'takes %j for no date, whatever the time zone of the machine',
    (closeDate) => {
      expect(valueOf('deal.daysToClose < 21', { deal: { id: '1', closeDate } })).toBe('unknown');
    },
  );
});

describe('a rule', () => {
  test('does not match while one of its conditions is unknown', () => {
    const decision = decideWith({ when: ['true', 'deal.stage == "negotiation"'] });
    expect(decision.decidedBy).toBe('none');
    expect(decision.trace[0]).toMatchObject({ matched: false, predicates: [{ value: true }, { value: 'unknown' }] });
  });

  test('that comes first decides, and those after it are not asked', () => {
    const rules = parseRules([
      ruleFile({ id: 'late', priority: 5 }),
      ruleFile({ id: 'silent', priority: -1, when: ['false', 'true'] }),
      ruleFile({ id: 'b-tie' }),
      ruleFile({ id: 'a-tie' }),
    ]);
    const decision = decide({ event, facts: noFacts, rules, now });
    expect(decision.ruleId).toBe('a-tie');
    expect(decision.trace).toEqual([
      {
        ruleId: 'silent',
        version: 1,
        matched: false,
        predicates: [
          { expression: 'false', value: false },
          { expression: 'true', value: true },
        ],
      },
      { ruleId: 'a-tie', version: 1, matched: true, predicates: [{ expression: 'true', value: true }] },
    ]);
  });

  test('says who decided, when, and by which rules', () => {
    expect(decideWith({ reasoning: 'Because.' })).toMatchObject({
      decidedBy: 'rules',
      ruleId: 'test',
      ruleSetHash: parseRules([ruleFile({ reasoning: 'Because.' })]).hash,
      confidence: 1,
      reasoning: 'Because.',
      decidedAt: '2026-03-20T12:00:00.000Z',
    });
  });
});

describe('a plan', () => {
  test('goes to the first target that is known', () => {
    const target = ['contact.id', 'account.id', "'default'"];
    expect(planFor([{ ...step, target }], { account: { id: '77' } })).toMatchObject([{ targetId: '77' }]);
    expect(planFor([{ ...step, target }])).toMatchObject([{ targetId: 'default' }]);
  });

  test('goes to the object of the event when no target is known or can be an id', () => {
    expect(planFor([{ ...step, target: ['contact.id'] }])).toMatchObject([{ targetId: '9001' }]);
    expect(planFor([{ ...step, target: ['contact.id'] }], { contact: { id: '' } })).toMatchObject([
      { targetId: '9001' },
    ]);
  });

  test('carries parameters as plain JSON and leaves out the unknown', () => {
    const parameters = {
      text: "'a'",
      list: 'deal.competitors',
      days: 'deal.daysToClose',
      closes: 'deal.closeDate',
      sure: 'event.confidence',
      stage: 'deal.stage',
    };
    const deal = { id: '1', closeDate: '2026-03-22', competitors: ['Initech'] };
    const [action] = planFor([{ ...step, parameters }], { deal });
    expect(action?.parameters).toEqual({
      text: 'a',
      list: ['Initech'],
      days: 2,
      closes: '2026-03-22T00:00:00.000Z',
      sure: 1,
    });
  });

  test('has one action for one type and target, since a second would be the same effect', () => {
    const other = { ...step, target: ["'other'"] };
    const actions = planFor([step, { ...step, priority: 'low' }, other]);
    expect(actions.map(({ targetId, priority }) => [targetId, priority])).toEqual([
      ['default', 'high'],
      ['other', 'high'],
    ]);
  });
});

describe('when no rule matches, the reasoning', () => {
  test('names the conditions that were unknown and the facts that were missing', () => {
    const when = [
      'deal.daysToClose < 21',
      'deal["stage"] == contact.firstName',
      'event.payload.tags == 1.5 && 1/0 == 1',
    ];
    const decision = decideWith({ when }, { deal: { id: '1', stage: 'won' } });
    expect(decision).toMatchObject({ decidedBy: 'none', ruleId: null, confidence: null, actions: [] });
    expect(decision.reasoning).toBe(
      '1 rule was silent: test cannot tell `deal.daysToClose < 21` (missing: deal.daysToClose); ' +
        'test cannot tell `deal["stage"] == contact.firstName` (missing: contact.firstName).',
    );
  });

  test('says so when nothing was missing', () => {
    const rules = parseRules([ruleFile({ id: 'a', when: ['false'] }), ruleFile({ id: 'b', when: ['1 > 2'] })]);
    const { reasoning } = decide({ event, facts: noFacts, rules, now });
    expect(reasoning).toBe('2 rules were silent: each has a condition that is false.');
  });

  test('is said with what to send instead where a role change came under another type', () => {
    const rules = parseRules([ruleFile({ when: ['false'] })]);
    const reasoningOf = (source: string, eventType: string) =>
      decide({ event: { ...event, source, eventType }, facts: noFacts, rules, now }).reasoning;
    expect(reasoningOf('person-change', 'person.rolechange')).toMatch(
      /^Its type is not person\.role_change, .* an id that is new\. 1 rule was silent/,
    );
    expect(reasoningOf('product', 'person.rolechange')).toMatch(/^1 rule was silent/);
  });

  test('says so when a fact has a type that the condition cannot compare', () => {
    expect(decideWith({ when: ['event.payload.tags > 3'] }).reasoning).toContain(
      '(it cannot be evaluated with these values)',
    );
  });
});
