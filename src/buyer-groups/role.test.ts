import { describe, expect, test } from 'vitest';
import type { GroupRole, Move } from '../domain/buyer-group.ts';
import { roleOf } from './role.ts';
import { readTitle } from './title/read-title.ts';

/** Protects who is taken for what in a buyer group, where sales and marketing buy. */

const rows: [title: string, move: Move | null, role: GroupRole | null, because: string][] = [
  ['CFO', null, 'economic_buyer', 'economic_buyer: c level in finance'],
  ['VP Finance', null, 'economic_buyer', 'economic_buyer: vp in finance'],
  ['Leiterin Controlling', null, 'economic_buyer', 'economic_buyer: head in finance'],
  ['CEO', null, 'economic_buyer', 'economic_buyer: c level in general management'],
  ['Inhaber', null, 'economic_buyer', 'economic_buyer: owner in general management'],
  ['Partner', null, 'economic_buyer', 'economic_buyer: owner in no known function'],
  ['Accounts Payable Manager', null, null, 'none: manager in finance, which has no part in this'],
  ['CRO', null, 'decision_maker', 'decision_maker: c level in sales'],
  ['VP Sales & Marketing', 'joined', 'decision_maker', 'decision_maker: vp in sales'],
  ['Vertriebsleiter', null, 'decision_maker', 'decision_maker: head in sales'],
  ['Directrice marketing', null, 'decision_maker', 'decision_maker: director in marketing'],
  ['Directrice marketing', 'retitled', 'decision_maker', 'decision_maker: director in marketing'],
  ['Directrice marketing', 'joined', 'champion', 'champion: director in marketing, newly joined'],
  ['Sales Operations Manager', 'promoted', 'champion', 'champion: manager in sales, newly promoted'],
  ['Sales Operations Manager', null, 'influencer', 'influencer: manager in sales'],
  ['Account Executive', 'joined', 'influencer', 'influencer: individual in sales'],
  ['Head of Procurement', null, 'blocker', 'blocker: head in procurement'],
  ['Responsable des achats', null, 'blocker', 'blocker: manager in procurement'],
  ['General Counsel', 'joined', 'blocker', 'blocker: head in legal'],
  ['CISO', null, 'blocker', 'blocker: c level in security'],
  ['Buyer', null, null, 'none: individual in procurement, which has no part in this'],
  ['CTO', null, 'influencer', 'influencer: c level in engineering'],
  ['Chief of Staff', null, 'influencer', 'influencer: director in general management'],
  ['Software Engineer', 'joined', null, 'none: individual in engineering, which has no part in this'],
  ['Marketing Intern', 'joined', null, 'none: still learning'],
  ['VP Sales', 'left', null, 'none: has left'],
  ['', null, null, 'none: no title is known'],
];

test.each(rows)('%s, %s: %s', (title, move, role, because) => {
  expect(roleOf({ title: readTitle(title), move, targetFunctions: ['sales', 'marketing'] })).toEqual({ role, because });
});

describe('who buys is who the tenant says', () => {
  const title = readTitle('Head of Information Security');
  test.each([
    [['security' as const], 'decision_maker'],
    [['sales' as const], 'blocker'],
    [[], 'blocker'],
  ])('%j', (targetFunctions, role) => {
    expect(roleOf({ title, move: null, targetFunctions }).role).toBe(role);
  });
});
