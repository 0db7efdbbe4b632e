import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { goneBecause } from '../domain/buyer-group.ts';
import { groupAfter, type StandingMember } from './group-after.ts';
import { addressAt, hasLeft, standingMove } from './standing.ts';
import { plainName, worksThere } from './works-there.ts';

/** Protects groups from what events and providers say of them at different times: whoever is later is believed. */

type Place = NonNullable<StandingMember['member']>;
const place = (more: Partial<Place> = {}): Place => ({
  role: 'influencer',
  because: 'influencer: head in it',
  move: null,
  movedAtMs: null,
  joinedAtMs: null,
  leftAtMs: null,
  ...more,
});
const person = (personId: string, more: Partial<StandingMember> = {}): StandingMember => ({
  personId,
  title: 'Head of IT',
  titleBefore: 'Head of IT',
  role: 'influencer',
  seenBy: ['coresignal'],
  lookedAtMs: 100,
  member: null,
  ...more,
});
const complete = { isPartial: false, before: { isPartial: false } };
const ids = (list: readonly { personId: string }[]) => list.map(({ personId }) => personId);

describe('what became of a group', () => {
  test('whom an event said to join has joined, also in the first run and after a partial one', () => {
    const told = person('a', {
      seenBy: ['event'],
      member: place({ because: '', move: 'joined', movedAtMs: 50, joinedAtMs: 50 }),
    });
    for (const before of [null, { isPartial: true }, { isPartial: false }]) {
      const { changes, told: byEvent } = groupAfter([told, person('b')], { isPartial: false, before });
      expect(ids(changes.joined)).toEqual(before?.isPartial === false ? ['a', 'b'] : ['a']);
      expect([...byEvent]).toEqual(['joined:a']);
    }
  });

  test('who was promoted there, or has another title, has not joined, though nobody knew them', () => {
    for (const move of ['promoted', 'retitled'] as const) {
      const told = person('a', { member: place({ because: '', move, movedAtMs: 50 }) });
      const { changes } = groupAfter([told, person('b')], complete);
      expect([ids(changes.joined), ids(changes.found)]).toEqual([['b'], ['a']]);
    }
  });

  test('who joined and was promoted before a run has joined', () => {
    const told = person('a', { member: place({ because: '', move: 'promoted', movedAtMs: 60, joinedAtMs: 50 }) });
    const { changes, told: byEvent } = groupAfter([told], complete);
    expect([ids(changes.joined), ids(changes.found), [...byEvent]]).toEqual([['a'], [], ['joined:a']]);
  });

  test('whom an event said to leave has left, once, however often the directory lists them from before', () => {
    const left = { move: 'left', movedAtMs: 200, leftAtMs: 200 } as const;
    const first = groupAfter([person('a', { member: place(left) })], complete);
    expect([ids(first.changes.left), ids(first.present)]).toEqual([['a'], []]);
    const second = groupAfter([person('a', { member: place({ ...left, because: goneBecause }) })], complete);
    expect([ids(second.changes.left), ids(second.changes.joined), ids(second.present)]).toEqual([[], [], []]);
    const later = groupAfter(
      [person('a', { lookedAtMs: 300, member: place({ ...left, because: goneBecause }) })],
      complete,
    );
    expect([ids(later.changes.joined), [...later.told]]).toEqual([['a'], ['left:a']]);
  });

  test('whom the run looked for and did not find has left, though it was partial; whom it did not see has not', () => {
    const everybody = [person('a', { seenBy: [], member: place() }), person('b', { seenBy: null, member: place() })];
    const { changes } = groupAfter(everybody, { isPartial: true, before: { isPartial: false } });
    expect([ids(changes.left), ids(changes.unconfirmed)]).toEqual([['a'], ['b']]);
  });

  test('nobody is in two lists of those who come, go and stay, and everybody is in one', () => {
    const anybody = fc.record({
      seenBy: fc.constantFrom(null, [], ['coresignal'], ['event']),
      lookedAtMs: fc.constantFrom(null, 100, 300),
      member: fc.option(
        fc.record({
          because: fc.constantFrom('', goneBecause, 'champion: new'),
          move: fc.constantFrom(null, 'joined' as const, 'left' as const, 'promoted' as const),
          leftAtMs: fc.constantFrom(null, 200),
        }),
        { nil: null },
      ),
    });
    fc.assert(
      fc.property(fc.array(anybody), fc.boolean(), fc.constantFrom(null, true, false), (people, isPartial, before) => {
        const everybody = people.map(({ member, ...each }, index) =>
          person(String(index), { ...each, member: member && place({ ...member, movedAtMs: 200 }) }),
        );
        const { changes, present } = groupAfter(everybody, {
          isPartial,
          before: before === null ? null : { isPartial: before },
        });
        const { joined, found, left, unconfirmed } = changes;
        const come = ids([...joined, ...found]);
        const gone = ids([...left, ...unconfirmed]);
        expect(new Set([...come, ...gone]).size).toBe(come.length + gone.length);
        expect(ids(present)).toEqual(expect.arrayContaining(come));
        for (const id of gone) expect(ids(present)).not.toContain(id);
      }),
    );
  });
});

test('a move counts for half a year, and a leave until somebody sees the person there later', () => {
  const day = 86_400_000;
  const joined = { move: 'joined', movedAtMs: 0 } as const;
  expect(standingMove(joined, { lookedAtMs: null, nowMs: 180 * day })).toBe('joined');
  expect(standingMove(joined, { lookedAtMs: null, nowMs: 181 * day })).toBeNull();
  expect(hasLeft({ move: 'left', movedAtMs: 10 }, 9)).toBe(true);
  expect(hasLeft({ move: 'left', movedAtMs: 10 }, null)).toBe(true);
  expect(hasLeft({ move: 'left', movedAtMs: 10 }, 11)).toBe(false);
});

test('an address is at the company by one of its domains or below it, and by no other that ends alike, nor by that of a desk', () => {
  const domains = ['a.example', 'a-group.example'];
  expect(addressAt([], domains)).toBe('none');
  expect(addressAt(['x@a.example'], domains)).toBe('company');
  expect(addressAt(['x@home.example', 'X@Mail.A-Group.example'], domains)).toBe('company');
  expect(addressAt(['x@not-a.example'], domains)).toBe('other');
  expect(addressAt(['info@a.example'], domains)).toBe('other');
  expect(addressAt(['x@a.example'], [])).toBe('other');
});

const at = (more: object) => ({
  companyId: null,
  companyDomain: null,
  companyName: null,
  title: 'CTO',
  isCurrent: true,
  ...more,
});

test('somebody works where a current position is, by id before domain before name; without any they are where they are listed', () => {
  const company = { directoryId: '7', domain: 'a.example', name: 'Ácme  Ltd' };
  const works = (...positions: ReturnType<typeof at>[]) => worksThere({ title: 'Advisor', positions }, company);
  expect(works()).toEqual({ isThere: true, title: 'Advisor' });
  expect(works(at({ companyId: '8' }), at({ companyId: '7', title: 'CEO' }))).toEqual({ isThere: true, title: 'CEO' });
  expect(works(at({ companyId: '8', companyDomain: 'a.example' })).isThere).toBe(false);
  expect(works(at({ companyDomain: 'a.example' })).isThere).toBe(true);
  expect(works(at({ companyName: 'acme ltd' })).isThere).toBe(true);
  expect(works(at({ companyId: '7', isCurrent: false })).isThere).toBe(false);
  expect(plainName(' ÉLISE  Garnier ')).toBe('elise garnier');
});
