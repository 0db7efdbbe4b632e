import { describe, expect, test } from 'vitest';
import type { Move } from '../domain/buyer-group.ts';
import type { RoleChange } from '../domain/role-change.ts';
import { movesOf } from './moves.ts';
import { priorityOf } from './priority.ts';
import { readTitle } from './title/read-title.ts';

/** Protects the order in which companies are refreshed, and what a role change is taken for. */

const priority = (title: string, isTargetAccount: boolean, move: Move = 'joined', isRequested = false) =>
  priorityOf({ title: readTitle(title), move, isTargetAccount, targetFunctions: ['sales'], isRequested });

test.each<[string, boolean, Move, number]>([
  ['VP Sales', true, 'joined', 1],
  ['CEO', true, 'left', 1],
  ['VP Sales', false, 'promoted', 2],
  ['VP Sales', false, 'retitled', 3],
  ['Head of Sales', true, 'joined', 2],
  ['VP Engineering', true, 'joined', 2],
  ['VP Engineering', false, 'joined', 3],
  ['', false, 'joined', 3],
  ['Sales Operations Manager', true, 'joined', 3],
  ['Account Executive', true, 'joined', 4],
  ['Sales Intern', true, 'joined', 4],
  ['Sales Intern', false, 'joined', 5],
  ['Legal Intern', false, 'retitled', 5],
])('%s, target account %s, %s: %i', (title, isTargetAccount, move, expected) => {
  expect(priority(title, isTargetAccount, move)).toBe(expected);
});

test('what somebody waits for is first', () => {
  expect(priority('Legal Intern', false, 'retitled', true)).toBe(1);
});

const change = (more: Partial<RoleChange>): RoleChange => ({
  kind: 'title_change',
  isThin: false,
  person: { id: 'p1' },
  company: { id: 'new' },
  ...more,
});

describe('a role change means', () => {
  test.each<[string, RoleChange, [string | undefined, Move][]]>([
    [
      'a promotion when the title ranks higher',
      change({ previousTitle: 'VP Sales', title: 'CRO' }),
      [['new', 'promoted']],
    ],
    [
      'another title when it does not',
      change({ previousTitle: 'CRO', title: 'Chief of Staff' }),
      [['new', 'retitled']],
    ],
    ['another title when one is missing', change({ title: 'CRO' }), [['new', 'retitled']]],
    [
      'a promotion when the source says so',
      change({ kind: 'promotion', title: 'Account Executive' }),
      [['new', 'promoted']],
    ],
    [
      'a leave and a join when the company is another',
      change({ kind: 'company_change', previousCompany: { id: 'old' } }),
      [
        ['old', 'left'],
        ['new', 'joined'],
      ],
    ],
    ['a join when the one before is not known', change({ kind: 'company_change' }), [['new', 'joined']]],
    ['a change when nobody says what it was', change({ kind: 'changed', title: 'CRO' }), [['new', 'changed']]],
    ['nothing before it was read', change({ kind: 'changed', isThin: true }), []],
  ])('%s', (_what, given, moves) => {
    expect(movesOf(given).map(({ company, move }) => [company.id, move])).toEqual(moves);
  });
});
