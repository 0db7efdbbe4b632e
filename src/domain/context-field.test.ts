import { expect, test } from 'vitest';
import { allowedAccount, allowedDeal, contextFields } from './context-field.ts';
import { facts } from './facts.ts';

// Protects what an installation does not allow: it is dropped before anything is stored, and nothing else is.

const deal = {
  id: '1',
  name: 'Renewal',
  stage: 'negotiation',
  stageId: 's1',
  closeDate: '2026-01-01T00:00:00.000Z',
  enteredStageAt: '2025-12-01T00:00:00.000Z',
  lastActivityAt: '2025-12-02T00:00:00.000Z',
  competitors: ['Globex'],
  taskIds: ['7'],
  openTasks: ['Call'],
  ownerId: '42',
  contactId: '501',
  accountId: '601',
};
const account = { id: '601', name: 'Acme', employeeCount: 12, industry: 'BIOTECHNOLOGY' };
const addressing = { id: '1', name: 'Renewal', ownerId: '42', contactId: '501', accountId: '601' };

test('with every field allowed nothing is dropped', () => {
  expect(allowedDeal(deal, contextFields)).toEqual(deal);
  expect(allowedAccount(account, contextFields)).toEqual(account);
});

test('with none allowed, ids and names are left', () => {
  expect(allowedDeal(deal, [])).toEqual(addressing);
  expect(allowedAccount(account, [])).toEqual({ id: '601', name: 'Acme' });
});

test.each([
  ['stage', { stage: 'negotiation', stageId: 's1' }],
  ['daysInStage', { enteredStageAt: '2025-12-01T00:00:00.000Z' }],
  ['closeDate', { closeDate: '2026-01-01T00:00:00.000Z' }],
  ['competitors', { competitors: ['Globex'] }],
  ['openTasks', { taskIds: ['7'], openTasks: ['Call'] }],
  ['lastActivityDaysAgo', { lastActivityAt: '2025-12-02T00:00:00.000Z' }],
] as const)('%s alone leaves the facts it is made of', (field, kept) => {
  expect(allowedDeal(deal, [field])).toEqual({ ...addressing, ...kept });
});

test('facts that were stored before there were these fields are still read', () => {
  const stored = { deal: { id: '1', stage: 'won' }, gaps: [], provider: 'hubspot', fetchedAt: '2025-01-01T00:00:00Z' };
  expect(facts.parse(stored)).toEqual(stored);
});
