import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { VendorError } from '../domain/failure.ts';
import { createLookUps } from './look-ups.ts';

/** Protects an event from its look-ups: together they take no longer than they may, and what they do not find is a gap. */

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

const budgetMs = 5_000;
const known = { value: 'found', fetchedAt: new Date('2026-01-01T00:00:00Z'), cached: false };
const failWith = async (failure: Error): Promise<never> => {
  throw failure;
};
const never = () => new Promise<never>(() => {});

describe('the budget', () => {
  test('is one for all: each call is given what is left of it', async () => {
    const lookUps = createLookUps(budgetMs);
    const given: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      await lookUps.known('deal', '1', async (_id, call) => {
        given.push(call().timeoutMs);
        vi.advanceTimersByTime(2_000);
        return known;
      });
    }
    expect(given).toEqual([5_000, 3_000, 1_000]);
    expect(lookUps.gaps).toEqual([]);
  });

  test('that is used up lets no further look-up begin; the gap says so, and a later try may find it', async () => {
    const lookUps = createLookUps(budgetMs);
    vi.advanceTimersByTime(budgetMs);
    expect(await lookUps.known('owner', '1', () => failWith(new TypeError('begun')))).toBeUndefined();
    expect(lookUps.gaps).toEqual(['owner: BudgetSpent']);
    expect(lookUps.retryable()).toMatchObject({ failureClass: 'HubSpotTimeout', retryable: true });
  });

  test('ends the wait for a look-up that somebody else began and that never ends', async () => {
    const lookUps = createLookUps(budgetMs);
    const waiting = lookUps.known('account', '1', never);
    await vi.advanceTimersByTimeAsync(budgetMs + 500);
    expect(await waiting).toBeUndefined();
    expect(lookUps.gaps).toEqual(['account: BudgetSpent']);
  });
});

describe('what fails', () => {
  test.each([
    ['for now, is worth another try', new VendorError('HubSpot', 'Unavailable', ''), true],
    [
      'as too many calls for some seconds, is too',
      new VendorError('HubSpot', 'RateLimited', '', { retryAfterMs: 10_000 }),
      true,
    ],
    [
      'as too many calls for long, is not waited for',
      new VendorError('HubSpot', 'RateLimited', '', { retryAfterMs: 15_001 }),
      false,
    ],
    [
      'at a provider that is left alone, is not waited for',
      new VendorError('HubSpot', 'CircuitOpen', '', { retryAfterMs: 1 }),
      false,
    ],
    ['for good, is not tried again', new VendorError('HubSpot', 'NotFound', ''), false],
  ])('%s', async (_how, error, again) => {
    const lookUps = createLookUps(budgetMs);
    expect(await lookUps.known('deal', '1', () => failWith(error))).toBeUndefined();
    expect(lookUps.gaps).toEqual([`deal: ${error.failureClass}`]);
    expect(lookUps.retryable()).toBe(again ? error : undefined);
  });

  test('in a way that nobody foresaw is no gap but an error', async () => {
    const bug = new TypeError('a bug');
    await expect(createLookUps(budgetMs).known('deal', '1', () => failWith(bug))).rejects.toBe(bug);
  });
});

test('what has no id is neither looked up nor missing', async () => {
  const lookUps = createLookUps(budgetMs);
  expect(await lookUps.known('contact', undefined, never)).toBeUndefined();
  expect(lookUps.gaps).toEqual([]);
});

test('the facts are as old as the oldest part of them', async () => {
  const lookUps = createLookUps(budgetMs);
  const now = new Date('2026-02-01T00:00:00Z');
  expect(lookUps.oldest(now)).toEqual(now);
  await lookUps.known('deal', '1', async () => known);
  await lookUps.known('owner', '2', async () => ({ ...known, fetchedAt: now, cached: true }));
  expect(lookUps.oldest(now)).toEqual(known.fetchedAt);
  expect(lookUps.parts).toEqual({
    deal: { fetchedAt: '2026-01-01T00:00:00.000Z', cached: false },
    owner: { fetchedAt: '2026-02-01T00:00:00.000Z', cached: true },
  });
});
