import { expect, test, vi } from 'vitest';
import { type Check, createReadiness } from './readiness.ts';

/** Two parts that a test can take away: one that is always needed, one only to become ready. */
function parts() {
  const away = new Set<string>();
  const check = (name: string, needed: Check['needed']): Check => ({
    name,
    needed,
    probe: async () => {
      if (away.has(name)) throw new TypeError('canary: a connection string');
    },
  });
  return { away, readiness: createReadiness([check('postgresql', 'always'), check('temporal', 'once')]) };
}

test('is ready when every part has been up, and names each', async () => {
  const { readiness } = parts();
  expect(await readiness()).toEqual({ ready: true, checks: { postgresql: 'up', temporal: 'up' } });
});

test('is not ready before what is needed once has been up', async () => {
  const { away, readiness } = parts();
  away.add('temporal');
  expect(await readiness()).toMatchObject({ ready: false, checks: { postgresql: 'up', temporal: 'down (TypeError)' } });
  away.clear();
  expect(await readiness()).toMatchObject({ ready: true });
});

test('stays ready when that goes away later, and says so', async () => {
  const { away, readiness } = parts();
  await readiness();
  away.add('temporal');
  expect(await readiness()).toMatchObject({ ready: true, checks: { temporal: 'down (TypeError)' } });
});

test('is not ready while what is always needed is away, and ready again by itself', async () => {
  const { away, readiness } = parts();
  await readiness();
  away.add('postgresql');
  expect(await readiness()).toMatchObject({ ready: false, checks: { postgresql: 'down (TypeError)' } });
  away.clear();
  expect(await readiness()).toMatchObject({ ready: true });
});

test('tells the class of an error, never its message', async () => {
  const { away, readiness } = parts();
  away.add('postgresql');
  expect(JSON.stringify(await readiness())).not.toContain('canary');
});

test('does not wait for a part that never answers', async () => {
  vi.useFakeTimers();
  try {
    const silent = createReadiness([{ name: 'postgresql', needed: 'always', probe: () => new Promise(() => {}) }]);
    const answer = silent();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await answer).toEqual({ ready: false, checks: { postgresql: 'no answer within 2000 ms' } });
  } finally {
    vi.useRealTimers();
  }
});
