import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupRoles, jobFunctions } from '../domain/buyer-group.ts';
import { cohesion, groupConfidence, memberConfidence, type Evidence, type ScoredMember } from './scores.ts';

/** Protects what is said of the scores: between 0 and 1, growing with what speaks for them, the same in any order. */

const evidence: fc.Arbitrary<Evidence> = fc.record({
  sources: fc.nat({ max: 4 }),
  ageDays: fc.option(fc.double({ min: -10, max: 5_000, noNaN: true })),
  hasFunction: fc.boolean(),
  hasSeniority: fc.boolean(),
  email: fc.constantFrom('company', 'other', 'none'),
});
const member: fc.Arbitrary<ScoredMember> = fc.record({
  role: fc.option(fc.constantFrom(...groupRoles)),
  confidence: fc.double({ min: -0.5, max: 1.5, noNaN: true }),
  functions: fc.uniqueArray(fc.constantFrom(...jobFunctions), { maxLength: 3 }),
});
const members = fc.array(member, { maxLength: 12 });
const shuffled = members.chain((list) =>
  fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
);

const holds = <T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void) =>
  fc.assert(
    fc.property(arbitrary, (value) => {
      check(value);
    }),
    { numRuns: 500 },
  );
const membersOf = (...functions: ScoredMember['functions'][]) =>
  functions.map((each): ScoredMember => ({ role: 'influencer', confidence: 1, functions: each }));
const isScore = (value: number) => expect(value >= 0 && value <= 1).toBe(true);

describe('the confidence in a member', () => {
  test('is between 0 and 1', () => {
    holds(evidence, (given) => {
      const score = memberConfidence(given);
      expect(score >= 0 && score <= 1).toBe(true);
    });
  });

  const better: [string, (given: Evidence) => Evidence][] = [
    ['one more source', (given) => ({ ...given, sources: given.sources + 1 })],
    ['a look of today', (given) => ({ ...given, ageDays: 0 })],
    ['a look ten days later', (given) => ({ ...given, ageDays: (given.ageDays ?? 365) - 10 })],
    ['a function', (given) => ({ ...given, hasFunction: true })],
    ['a seniority', (given) => ({ ...given, hasSeniority: true })],
    ['an address at the company', (given) => ({ ...given, email: 'company' })],
    ['any address', (given) => ({ ...given, email: given.email === 'none' ? 'other' : given.email })],
  ];
  test.each(better)('never falls with %s', (_what, improve) => {
    holds(evidence, (given) =>
      expect(memberConfidence(improve(given))).toBeGreaterThanOrEqual(memberConfidence(given)),
    );
  });

  test('is 0 of whom nothing is known, and 1 of whom all is', () => {
    const nothing = { sources: 0, ageDays: null, hasFunction: false, hasSeniority: false, email: 'none' } as const;
    expect(memberConfidence(nothing)).toBe(0);
    const all = { sources: 2, ageDays: 0, hasFunction: true, hasSeniority: true, email: 'company' } as const;
    expect(memberConfidence(all)).toBe(1);
    expect(memberConfidence({ ...all, sources: 1, ageDays: 180 })).toBe(0.7);
  });
});

describe('the confidence in a group', () => {
  test('is between 0 and 1, and the same in any order', () =>
    holds(fc.tuple(shuffled, fc.boolean()), ([[list, other], isPartial]) => {
      isScore(groupConfidence(list, isPartial));
      expect(groupConfidence(other, isPartial)).toBe(groupConfidence(list, isPartial));
    }));

  test('never falls with a member more, with a surer one, or when the look was not partial', () =>
    holds(fc.tuple(members, member, fc.nat()), ([list, more, at]) => {
      const score = groupConfidence(list, true);
      expect(groupConfidence([...list, more], true)).toBeGreaterThanOrEqual(score);
      const surer = list.map((each, index) => (index === at % list.length ? { ...each, confidence: 1 } : each));
      expect(groupConfidence(surer, true)).toBeGreaterThanOrEqual(score);
      expect(groupConfidence(list, false)).toBeGreaterThanOrEqual(score);
    }));

  test('is 1 with a sure member in every part but the blocker, and four fifths of it when the look was partial', () => {
    const sure = groupRoles
      .filter((role) => role !== 'blocker')
      .map((role): ScoredMember => ({ role, confidence: 1, functions: ['sales'] }));
    expect(groupConfidence(sure, false)).toBe(1);
    expect(groupConfidence(sure, true)).toBe(0.8);
    expect(groupConfidence([], false)).toBe(0);
  });
});

describe('cohesion', () => {
  test('is between 0 and 1, and the same in any order', () =>
    holds(shuffled, ([list, other]) => {
      isScore(cohesion(list));
      expect(cohesion(other)).toBeCloseTo(cohesion(list), 3);
    }));

  test('never falls when somebody joins who is close to all', () =>
    holds(fc.tuple(members, fc.double({ min: 0.01, max: 1, noNaN: true })), ([list, confidence]) => {
      const close: ScoredMember = { role: 'champion', confidence, functions: jobFunctions };
      const withFunctions = list.filter(({ functions }) => functions.length > 0);
      expect(cohesion([...withFunctions, close])).toBeGreaterThanOrEqual(cohesion(withFunctions));
    }));

  test.each([
    ['nobody', membersOf(), 0],
    ['one', membersOf(['sales']), 0],
    ['one function', membersOf(['sales'], ['sales', 'marketing'], ['sales']), 1],
    ['two functions that know each other not', membersOf(['sales'], ['legal']), 0.2],
    ['the top and a function', membersOf(['general_management'], ['sales']), 0.6],
    ['those who have no part', membersOf(['sales'], ['sales']).map((each) => ({ ...each, role: null })), 0],
  ])('of %s', (_what, list, score) => {
    expect(cohesion(list)).toBe(score);
  });
});
