import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { EffectRow } from '../db/effects.ts';
import { maxAttempts, type Move, nextMove } from './next-move.ts';

/** Protects the one table that says when a provider is asked for an effect: too early or once too often is a second message. */

const settleMs = 2_000;
const generation = 1;
const row = (change: Partial<EffectRow>): EffectRow => ({
  state: 'intent',
  generation,
  attempts: 1,
  unsettled: false,
  leaseMs: -60_000,
  firstTriedAtMs: 0,
  receipt: null,
  failureClass: 'SlackUnavailable',
  ...change,
});

const cases: [what: string, row: EffectRow | null, move: Move][] = [
  ['nothing was intended yet', null, { move: 'perform' }],
  ['it was done', row({ state: 'confirmed', receipt: { ts: '1' } }), { move: 'skip', receipt: { ts: '1' } }],
  ['it was done by an earlier run', row({ state: 'confirmed', generation: 0 }), { move: 'skip', receipt: {} }],
  ['it stayed unknown', row({ state: 'unknown' }), { move: 'fail', failureClass: 'EffectUnknown' }],
  [
    'it stayed unknown in an earlier run',
    row({ state: 'unknown', generation: 0 }),
    { move: 'fail', failureClass: 'EffectUnknown' },
  ],
  ['it was refused', row({ state: 'refused' }), { move: 'fail', failureClass: 'SlackUnavailable' }],
  [
    'it was refused and nobody said why',
    row({ state: 'refused', failureClass: null }),
    { move: 'fail', failureClass: 'EffectRefused' },
  ],
  ['it was refused in an earlier run', row({ state: 'refused', generation: 0, attempts: 3 }), { move: 'perform' }],
  ['an attempt is under way', row({ unsettled: true, leaseMs: 700 }), { move: 'wait', waitMs: 700 + settleMs }],
  [
    'an attempt of an earlier run is under way',
    row({ unsettled: true, leaseMs: 700, generation: 0 }),
    { move: 'wait', waitMs: 700 + settleMs },
  ],
  ['its lease ended just now', row({ unsettled: true, leaseMs: 0 }), { move: 'wait', waitMs: settleMs }],
  ['the provider may not show it yet', row({ unsettled: true, leaseMs: -settleMs + 0.5 }), { move: 'wait', waitMs: 1 }],
  ['it may have been done', row({ unsettled: true, leaseMs: -settleMs }), { move: 'ask', mayPerform: true }],
  [
    'it may have been done by the last attempt',
    row({ unsettled: true, attempts: maxAttempts }),
    { move: 'ask', mayPerform: false },
  ],
  [
    'it may have been done by the last attempt of an earlier run',
    row({ unsettled: true, attempts: maxAttempts, generation: 0 }),
    { move: 'ask', mayPerform: true },
  ],
  ['it was not done', row({}), { move: 'perform' }],
  ['it was not done, and a lease runs still', row({ leaseMs: 300 }), { move: 'wait', waitMs: 300 }],
  ['it was never done', row({ attempts: maxAttempts }), { move: 'fail', failureClass: 'SlackUnavailable' }],
  ['it was never done in an earlier run', row({ attempts: maxAttempts, generation: 0 }), { move: 'perform' }],
];

test.each(cases)('when %s, there is one right move', (_what, effect, move) =>
  expect(nextMove(effect, generation, settleMs)).toEqual(move),
);

const anyRow = fc.record<EffectRow>({
  state: fc.constantFrom('intent', 'confirmed', 'refused', 'unknown'),
  generation: fc.integer({ min: 0, max: 3 }),
  attempts: fc.integer({ min: 1, max: maxAttempts + 2 }),
  unsettled: fc.boolean(),
  leaseMs: fc.double({ min: -20_000, max: 20_000, noNaN: true }),
  firstTriedAtMs: fc.integer({ min: 0 }),
  receipt: fc.option(fc.constant({ ts: '1' })),
  failureClass: fc.option(fc.constantFrom('SlackUnavailable', 'GmailRejected')),
});
const anySettleMs = fc.integer({ min: 0, max: 10_000 });

interface Now {
  generation: number;
  settleMs: number;
}

/** A row, a run and the move between them that the rule does not allow; `null` when none was found. */
function breachOf(allowed: (effect: EffectRow, move: Move, now: Now) => boolean): unknown {
  const property = fc.property(anyRow, fc.nat(2), anySettleMs, (effect, runsLater, settle) => {
    const now = { generation: effect.generation + runsLater, settleMs: settle };
    return allowed(effect, nextMove(effect, now.generation, settle), now);
  });
  return fc.check(property, { numRuns: 1_000 }).counterexample;
}

const goesToProvider = ({ move }: Move): boolean => move === 'perform' || move === 'ask';

describe('whatever the ledger says of an effect', () => {
  it('nobody goes to the provider while a lease runs', () =>
    expect(breachOf((effect, move) => effect.leaseMs <= 0 || !goesToProvider(move))).toBeNull());

  it('what may have been done is never repeated unasked', () =>
    expect(breachOf((effect, { move }) => !effect.unsettled || move !== 'perform')).toBeNull());

  it('what may have been done is not asked for before it would show', () =>
    expect(
      breachOf((effect, move, { settleMs: settle }) => {
        const settling = effect.unsettled && effect.leaseMs + settle > 0;
        return !settling || !goesToProvider(move);
      }),
    ).toBeNull());

  it('confirmed is final', () =>
    expect(breachOf((effect, { move }) => (effect.state === 'confirmed') === (move === 'skip'))).toBeNull());

  it('unknown is final: only an operator can say what happened', () =>
    expect(breachOf((effect, { move }) => effect.state !== 'unknown' || move === 'fail')).toBeNull());

  it('a refusal is final within its run', () =>
    expect(
      breachOf((effect, { move }, now) => {
        const refused = effect.state === 'refused' && effect.generation === now.generation;
        return !refused || move === 'fail';
      }),
    ).toBeNull());

  it('no run asks for it more often than it may', () =>
    expect(
      breachOf((effect, move, now) => {
        const spent = effect.generation === now.generation && effect.attempts >= maxAttempts;
        return !spent || (move.move === 'ask' ? !move.mayPerform : move.move !== 'perform');
      }),
    ).toBeNull());

  it('waiting as long as it says, in whole milliseconds, is enough', () =>
    expect(
      breachOf((effect, move, now) => {
        if (move.move !== 'wait') return true;
        const waited = { ...effect, leaseMs: effect.leaseMs - move.waitMs };
        const enough = nextMove(waited, now.generation, now.settleMs).move !== 'wait';
        return enough && move.waitMs > 0 && Number.isInteger(move.waitMs);
      }),
    ).toBeNull());
});

/** How an attempt can go: what the provider did and when (as parts of the lease and the settle time), and what we learned. */
const anyAttempt = fc.record({
  done: fc.boolean(),
  learned: fc.constantFrom('all', 'nothing: the answer was lost, or the worker died'),
  doneAfter: fc.double({ min: 0, max: 1, noNaN: true }),
  shownAfter: fc.double({ min: 0, max: 1, noNaN: true }),
});
type Attempt = typeof anyAttempt extends fc.Arbitrary<infer T> ? T : never;

/** Plays attempts against a provider that shows what it did a while later; returns how often it did it. */
function timesDone(attempts: readonly Attempt[], settle: number): number {
  const leaseMs = 1_000;
  const world = { nowMs: 0, leaseUntilMs: 0, run: 0, shownAtMs: [] as number[], effect: null as EffectRow | null };
  const next = () =>
    nextMove(world.effect && { ...world.effect, leaseMs: world.leaseUntilMs - world.nowMs }, world.run, settle);
  for (const attempt of attempts) {
    let move = next();
    if (move.move === 'wait') {
      world.nowMs += move.waitMs;
      move = next();
    }
    const found = move.move === 'ask' && world.shownAtMs.some((ms) => ms <= world.nowMs);
    if (found || move.move === 'skip') break;
    if (move.move === 'fail' || (move.move === 'ask' && !move.mayPerform)) {
      // The event ends failed, and an operator has it run again.
      world.effect = world.effect && { ...world.effect, state: 'refused', unsettled: false };
      world.run += 1;
      continue;
    }
    const known = attempt.learned === 'all';
    world.effect = row({
      state: attempt.done && known ? 'confirmed' : 'intent',
      generation: world.run,
      attempts: world.effect?.generation === world.run ? world.effect.attempts + 1 : 1,
      unsettled: !known,
    });
    if (attempt.done) world.shownAtMs.push(world.nowMs + leaseMs * attempt.doneAfter + settle * attempt.shownAfter);
    world.leaseUntilMs = world.nowMs + leaseMs;
  }
  return world.shownAtMs.length;
}

test('over every course of attempts, crashes and redrives a provider does one effect at most once', () => {
  const courses = fc.array(anyAttempt, { minLength: 8, maxLength: 8 });
  const property = fc.property(courses, anySettleMs, (attempts, settle) => timesDone(attempts, settle) <= 1);
  expect(fc.check(property, { numRuns: 2_000 }).counterexample).toBeNull();
});
