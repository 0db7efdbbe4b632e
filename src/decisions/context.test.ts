import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { CanonicalEvent } from '../domain/event.ts';
import type { Facts } from '../domain/facts.ts';
import { decide } from './decide.ts';
import { parseRules } from './load-rules.ts';

// Protects what rules read of a deal's and an account's context, and when an event becomes urgent by it.

const now = new Date('2026-03-20T12:00:00Z');
const event: CanonicalEvent = {
  version: 1,
  source: 'hubspot',
  eventType: 'deal.propertyChange',
  objectType: 'deal',
  objectId: '9001',
  urgency: 'high',
  confidence: 1,
  firedAt: '2026-03-20T11:59:00Z',
  receivedAt: '2026-03-20T12:00:00Z',
  payload: {},
};

function decideBy(condition: string, known: Partial<Facts>) {
  const text = stringify({
    id: 'test',
    version: 1,
    description: 'd',
    priority: 1,
    when: [condition],
    plan: [{ action: 'notify_ae', priority: 'high', target: ["'default'"] }],
    reasoning: 'r',
  });
  const facts: Facts = { gaps: [], provider: 'hubspot', fetchedAt: '2026-03-20T12:00:00Z', ...known };
  return decide({ event, facts, rules: parseRules([{ path: 'rules/test.yaml', text }]), now });
}

const known: Partial<Facts> = {
  deal: { id: '1', openTasks: ['Call', 'Send the offer'] },
  account: { id: '2', employeeCount: 1200, industry: 'BIOTECHNOLOGY' },
  recentIntent: { count: 3, types: ['page.viewed', 'trial.started'], days: 30 },
};

test.each([
  'account.employeeCount >= 1000',
  'account.employeeCount == 1200',
  "account.industry == 'BIOTECHNOLOGY'",
  'account.recentIntentCount > 2',
  "'trial.started' in account.recentIntentTypes",
  "deal.openTasks.exists(task, task.contains('offer'))",
])('%s is true where it is so, and unknown where nobody knows', (condition) => {
  const valueBy = (facts: Partial<Facts>) => decideBy(condition, facts).trace[0]?.predicates[0]?.value;
  expect(valueBy(known)).toBe(true);
  expect(valueBy({})).toBe('unknown');
});

test('a deal whose tasks are all done has none that are open, which is no ignorance', () => {
  const none = { deal: { id: '1', openTasks: [] } };
  expect(decideBy('deal.openTasks.size() == 0', none).trace[0]?.predicates[0]?.value).toBe(true);
});

test.each([
  ['closes in 20 days, idle for 11', '2026-04-09T12:00:00Z', '2026-03-09T12:00:00Z', 'immediate'],
  ['closes in 21 days', '2026-04-10T12:00:00Z', '2026-03-09T12:00:00Z', 'high'],
  ['idle for 10 days', '2026-04-09T12:00:00Z', '2026-03-10T12:00:00Z', 'high'],
  ['closes today', '2026-03-20T12:00:00Z', '2026-03-01T12:00:00Z', 'immediate'],
  ['is overdue', '2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z', 'immediate'],
  ['nobody knows since when it is idle', '2026-03-20T12:00:00Z', undefined, 'high'],
])('a deal that %s', (_what, closeDate, lastActivityAt, urgency) => {
  const deal = { id: '1', closeDate, ...(lastActivityAt && { lastActivityAt }) };
  expect(decideBy('true', { deal }).urgency).toBe(urgency);
});
