import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupRoles } from '../domain/buyer-group.ts';
import { changesBetween, hasChanges, type GroupSeen, type SeenMember } from './changes.ts';

/** Protects what a team is told: who joined, who left, what changed, and never that somebody left because a provider failed. */

const one = (personId: string, title: string | null = 'CEO', role: SeenMember['role'] = 'economic_buyer') => ({
  personId,
  title,
  role,
});
const full = (...members: SeenMember[]): GroupSeen => ({ members, isPartial: false });
const partial = (...members: SeenMember[]): GroupSeen => ({ members, isPartial: true });
const ids = (list: readonly { personId: string }[]) => list.map(({ personId }) => personId);

test('who is new joined, who is missing left, in the order of their ids', () => {
  const changes = changesBetween(full(one('c'), one('a'), one('b')), full(one('e'), one('c'), one('d')));
  expect([ids(changes.joined), ids(changes.left), changes.found, changes.unconfirmed]).toEqual([
    ['d', 'e'],
    ['a', 'b'],
    [],
    [],
  ]);
});

test('nobody left because a provider failed; who was missed stays as he was', () => {
  const before = full(one('a'), one('b', 'CFO'));
  const changes = changesBetween(before, partial(one('a'), one('z')));
  expect(changes).toMatchObject({ left: [], unconfirmed: [one('b', 'CFO')], joined: [one('z')], isPartial: true });
});

test('of whom an event says that he left, he did, also when the run was partial or still finds him', () => {
  const before = full(one('a'), one('b'));
  expect(ids(changesBetween(before, partial(), new Set(['a'])).left)).toEqual(['a']);
  expect(ids(changesBetween(before, full(one('a'), one('b')), new Set(['a'])).left)).toEqual(['a']);
});

test('the first run, and one after a partial one, find people: nobody is said to have joined', () => {
  for (const before of [null, partial(one('a'))]) {
    const changes = changesBetween(before, full(one('a'), one('b')));
    expect([changes.joined, ids(changes.found)]).toEqual([[], before ? ['b'] : ['a', 'b']]);
  }
});

test('a title or a role that changed is told, and one that was not seen or is written otherwise is not', () => {
  const before = full(one('a', 'VP Sales', 'decision_maker'), one('b', 'CFO'), one('c', 'Head  of IT', 'influencer'));
  const after = full(one('a', 'CRO', 'economic_buyer'), one('b', null, null), one('c', 'head of IT ', 'influencer'));
  expect(changesBetween(before, after)).toMatchObject({
    titleChanged: [{ personId: 'a', from: 'VP Sales', to: 'CRO' }],
    roleChanged: [{ personId: 'a', from: 'decision_maker', to: 'economic_buyer' }],
  });
});

describe('for any two runs', () => {
  const member = fc.record({
    personId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    title: fc.option(fc.constantFrom('CEO', 'CFO', 'CTO')),
    role: fc.option(fc.constantFrom(...groupRoles)),
  });
  const members = fc.uniqueArray(member, { selector: ({ personId }) => personId });
  const seen = fc.record({ members, isPartial: fc.boolean() });

  test('everybody of both is told of once or unchanged, whatever their order', () => {
    fc.assert(
      fc.property(seen, seen, (before, after) => {
        const changes = changesBetween(before, after);
        const gone = [...changes.left, ...changes.unconfirmed];
        const here = [...changes.joined, ...changes.found];
        const stayed = before.members.length - gone.length;
        expect(stayed + here.length).toBe(after.members.length);
        expect(changes.left.length === 0 || !after.isPartial).toBe(true);
        const reversed = changesBetween(
          { ...before, members: before.members.toReversed() },
          { ...after, members: after.members.toReversed() },
        );
        expect(reversed).toEqual(changes);
      }),
    );
  });

  test('the same run twice changes nothing', () => {
    fc.assert(
      fc.property(members, (list) => {
        expect(hasChanges(changesBetween(full(...list), full(...list)))).toBe(false);
      }),
    );
  });
});
