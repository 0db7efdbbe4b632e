import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestSandbox } from './test-sandbox.ts';
import { vendors } from './vendors.ts';

// What tests rely on at every stand-in: it asks for a token, and fails as its vendor does, when and as often as it is told to.

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
beforeEach(() => sandbox.forget());
afterAll(() => sandbox.close());

const keys = Object.fromEntries(
  vendors.flatMap(({ keyHeader }) => (keyHeader === undefined ? [] : [[keyHeader, 'k']])),
);
const allKeys = { authorization: 'Bearer t', ...keys };

async function send(method: string, path: string, headers: Record<string, string> = allKeys) {
  const response = await fetch(`${sandbox.url}${path}`, { method, headers, signal: AbortSignal.timeout(2_000) });
  return { status: response.status, body: shapeOf(await response.json()) };
}

test('no two stand-ins share a name or a place', () => {
  expect(new Set(vendors.map(({ connector }) => connector)).size).toBe(vendors.length);
  expect(new Set(vendors.map(({ prefix }) => prefix)).size).toBe(vendors.length);
});

describe.each(vendors)('$connector', (vendor) => {
  const { connector, prefix, operations } = vendor;
  const calls = operations.flatMap(({ name, method, paths }) =>
    paths.map((path) => ({ name, method, path: `${prefix}${path.replaceAll(/:\w+/g, '1')}` })),
  );

  test('its operations have names of their own', () => {
    expect(new Set(operations.map(({ name }) => name)).size).toBe(operations.length);
  });

  test.runIf(vendor.unauthenticated !== undefined).each(calls)(
    '$name ($method $path) wants a token',
    async ({ method, path }) => {
      const { status, body } = vendor.unauthenticated?.() ?? { status: 0, body: '' };
      expect(await send(method, path, {})).toEqual({ status, body: shapeOf(body) });
      expect(await sandbox.calls()).toEqual({});
    },
  );

  test.each(calls)(
    '$name ($method $path) fails once as its vendor does when it is told to',
    async ({ name, method, path }) => {
      await sandbox.fault({ connector, operation: name, fault: 'status', status: 503 });
      const { status, body } = vendor.failure(503, '');
      expect(await send(method, path)).toEqual({ status, body: shapeOf(body) });
      expect(await sandbox.calls()).toEqual({ [connector]: { [name]: 1 } });
      expect((await send(method, path)).status).not.toBe(503);
    },
  );

  test('a route that it does not have is answered in its form', async () => {
    const { status, body } = vendor.failure(404, '');
    expect(await send('GET', `${prefix}/no/such/route`)).toEqual({ status, body: shapeOf(body) });
  });
});

/** The structure of an answer, whatever its texts say. */
function shapeOf(value: unknown): unknown {
  if (typeof value === 'string') return 'a text';
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)]));
}
