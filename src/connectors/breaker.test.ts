import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { VendorError, type VendorErrorKind } from '../domain/failure.ts';
import { type BreakerChange, createBreaker } from './breaker.ts';

// Protects providers that are down from being asked on and on, and those that are up from being left alone.

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

function watched() {
  const changes: BreakerChange[] = [];
  const breaker = createBreaker({
    provider: 'Slack',
    failures: 5,
    resetMs: 30_000,
    onChange: (change) => changes.push(change),
  });
  let calls = 0;
  const run = (kind?: VendorErrorKind) =>
    breaker
      .run(async () => {
        calls += 1;
        if (kind) throw new VendorError('Slack', kind, kind);
        return 'done';
      })
      .catch((error: unknown) => (error instanceof VendorError ? error.failureClass : 'bug'));
  return { breaker, changes, run, calls: () => calls };
}

async function opened() {
  const slack = watched();
  for (let count = 0; count < 5; count += 1) await slack.run('Unavailable');
  return slack;
}

test('after five failures in a row nobody is asked for thirty seconds, and everybody is told for how long', async () => {
  const { breaker, run, calls, changes } = await opened();
  expect(changes).toEqual([{ provider: 'Slack', state: 'open', lastFailureClass: 'SlackUnavailable' }]);
  vi.advanceTimersByTime(10_000);
  expect(breaker.openForMs()).toBe(20_000);
  await expect(breaker.run(() => Promise.resolve())).rejects.toMatchObject({
    kind: 'CircuitOpen',
    failureClass: 'SlackCircuitOpen',
    retryAfterMs: 20_000,
    asked: false,
    effect: 'none',
  });
  expect(await run()).toBe('SlackCircuitOpen');
  expect(calls()).toBe(5);
});

test('four failures and a result are no row', async () => {
  const { breaker, run } = watched();
  for (const kind of ['Timeout', 'Unavailable', 'RateLimited', 'NotReached', undefined, 'Timeout'] as const) {
    await run(kind);
  }
  expect(breaker.openForMs()).toBe(0);
});

test.each(['NotFound', 'Rejected', 'Unauthorized'] as const)('%s is an answer: the provider is up', async (kind) => {
  const { breaker, run, calls } = watched();
  for (let count = 0; count < 4; count += 1) await run('Unavailable');
  expect(await run(kind)).toBe(`Slack${kind}`);
  for (let count = 0; count < 4; count += 1) await run('Unavailable');
  expect(breaker.openForMs()).toBe(0);
  expect(calls()).toBe(9);
});

test('what was not sent says nothing, neither good nor bad', async () => {
  const { breaker, run } = watched();
  for (let count = 0; count < 10; count += 1) await run('Throttled');
  expect(breaker.openForMs()).toBe(0);
  for (let count = 0; count < 4; count += 1) await run('Unavailable');
  await run('Throttled');
  await run('Unavailable');
  expect(breaker.openForMs()).toBe(30_000);
});

test('then one call tries it, while the others are refused at once; its result closes the breaker', async () => {
  const { breaker, run, calls, changes } = await opened();
  vi.advanceTimersByTime(30_000);
  expect(breaker.openForMs()).toBe(0);
  const answer = Promise.withResolvers<string>();
  const probe = breaker.run(() => answer.promise);
  expect(await run()).toBe('SlackCircuitOpen');
  expect(breaker.openForMs()).toBeGreaterThan(0);
  answer.resolve('back');
  expect(await probe).toBe('back');
  expect(await run()).toBe('done');
  expect(calls()).toBe(6);
  expect(changes.map(({ state }) => state)).toEqual(['open', 'half-open', 'closed']);
});

test('a try that fails opens it for as long again', async () => {
  const { breaker, run, changes } = await opened();
  vi.advanceTimersByTime(30_000);
  expect(await run('Timeout')).toBe('SlackTimeout');
  expect(breaker.openForMs()).toBe(30_000);
  expect(changes.map(({ state }) => state)).toEqual(['open', 'half-open', 'open']);
  expect(changes.at(-1)?.lastFailureClass).toBe('SlackTimeout');
});

test.each([
  ['was not sent', () => new VendorError('Slack', 'Throttled', 'not asked')],
  ['ended in an error of ours', () => new TypeError('a bug')],
])('a try that %s decides nothing: it stays open, and the next one is in thirty seconds', async (_what, error) => {
  const { breaker, changes, run, calls } = await opened();
  vi.advanceTimersByTime(30_000);
  await expect(breaker.run(() => Promise.reject(error()))).rejects.toThrow(error().message);
  expect(breaker.openForMs()).toBe(30_000);
  expect(changes.at(-1)).toEqual({ provider: 'Slack', state: 'open', lastFailureClass: 'SlackUnavailable' });
  expect(await run()).toBe('SlackCircuitOpen');
  vi.advanceTimersByTime(30_000);
  expect(await run()).toBe('done');
  expect(calls()).toBe(6);
});
