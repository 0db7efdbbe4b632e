import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { parseStat, processCommandLine, processIdentity } from './process-identity.ts';

test('a process keeps its identity while it lives and has none afterwards', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const identity = processIdentity(pid);
  expect(identity).not.toBeNull();
  expect(processIdentity(pid)).toBe(identity);
  expect(processIdentity(process.pid)).not.toBe(identity);
  expect(processCommandLine(pid)).toBe('sleep 60');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processIdentity(pid)).toBeNull();
  expect(processCommandLine(pid)).toBe('');
});

test("a program's name may hold blanks and parentheses", () => {
  const numbers = Array.from({ length: 30 }, (_, index) => index + 4).join(' ');
  expect(parseStat(`77 (odd) (name) S ${numbers}`)).toEqual({ state: 'S', startedAt: '22' });
});
