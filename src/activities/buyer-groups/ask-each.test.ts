import { expect, test } from 'vitest';
import { VendorError, type VendorErrorKind } from '../../domain/failure.ts';
import { askEach } from './ask-each.ts';
import { DailyCreditsUsed } from './paid-calls.ts';

/** Protects everybody else from one who cannot be asked for, and providers from being asked in vain. */

const failure = (kind: VendorErrorKind) => new VendorError('Lusha', kind, kind);
async function askAll(count: number, errorFor: (item: number) => Error | undefined) {
  const answered: number[] = [];
  let atOnce = 0;
  let most = 0;
  const asked = await askEach(
    Array.from({ length: count }, (_, index) => index),
    async (item) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await Promise.resolve();
      atOnce -= 1;
      const error = errorFor(item);
      if (error) throw error;
      answered.push(item);
    },
  );
  return { ...asked, answered, most };
}

test('no more than four are asked for at once, and each once', async () => {
  const { answered, most, failure: none, unanswered } = await askAll(50, () => undefined);
  expect([answered.length, new Set(answered).size, most, none, unanswered.size]).toEqual([50, 50, 4, undefined, 0]);
});

test('one that fails for a while keeps no other back, and is worth asking for again', async () => {
  const {
    answered,
    unanswered,
    failure: first,
  } = await askAll(10, (item) => (item === 2 ? failure('Timeout') : item === 3 ? failure('Rejected') : undefined));
  expect(answered).toHaveLength(8);
  expect(Object.fromEntries(unanswered)).toEqual({ LushaTimeout: 1, LushaRejected: 1 });
  expect(first?.kind).toBe('Timeout');
});

test('one that is refused for good is no reason to ask again', async () => {
  expect((await askAll(3, (item) => (item === 1 ? failure('Rejected') : undefined))).failure).toBeUndefined();
});

test.each(['RateLimited', 'CircuitOpen', 'Throttled', 'PaymentRequired', 'Unauthorized'] as const)(
  'after %s nobody else is asked for, and that is why',
  async (kind) => {
    const {
      answered,
      unanswered,
      failure: last,
    } = await askAll(100, (item) => (item === 5 ? failure('Timeout') : item >= 6 ? failure(kind) : undefined));
    expect(answered.length).toBeLessThan(10);
    expect(last?.kind).toBe(kind);
    expect([...unanswered.values()].reduce((sum, people) => sum + people, 0)).toBe(100 - answered.length);
  },
);

test("when the day's credits are used up nobody else is asked for, and asking again would not help", async () => {
  const { unanswered, failure: none } = await askAll(20, (item) => (item >= 4 ? new DailyCreditsUsed() : undefined));
  expect(none).toBeUndefined();
  expect(Object.fromEntries(unanswered)).toEqual({ DailyCreditsUsed: 16 });
});

test('what is no error of a provider is thrown, and ends the asking', async () => {
  await expect(askAll(100, (item) => (item === 3 ? new Error('a bug') : undefined))).rejects.toThrow('a bug');
});
