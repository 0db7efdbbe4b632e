import { expect, test } from 'vitest';
import { assertPortsFree, freePorts } from './ports.ts';

test('a port that two parts want is an error that names both', async () => {
  const [port = 0] = await freePorts(1);
  const claims = [
    { owner: 'the API', variable: 'PORT', port, host: '127.0.0.1' },
    { owner: 'the sandbox', variable: 'SANDBOX_PORT', port, host: '127.0.0.1' },
  ];
  await expect(assertPortsFree(claims)).rejects.toThrow(
    `Port ${port}, which the sandbox wants, is also wanted by the API (PORT). Set SANDBOX_PORT to move the sandbox.`,
  );
});

test('free ports are free and differ', async () => {
  const ports = await freePorts(5);
  expect(new Set(ports).size).toBe(5);
  const claims = ports.map((port) => ({ owner: `${port}`, variable: 'X', port, host: '127.0.0.1' }));
  await expect(assertPortsFree(claims)).resolves.toBeUndefined();
});
