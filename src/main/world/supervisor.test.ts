import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSupervisor } from './supervisor.ts';

async function supervise(stopTimeoutMs: number) {
  const dataDir = await mkdtemp(join(tmpdir(), 'causeway-supervisor-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const lines: string[] = [];
  const onLine = (name: string, line: string) => lines.push(`${name} ${line}`);
  const supervisor = await createSupervisor({ dataDir, log: () => {}, onLine, stopTimeoutMs });
  const start = async (name: string, script: string) => {
    const child = supervisor.start({
      name,
      command: process.execPath,
      args: ['--eval', `${script}; setInterval(() => {}, 1000); console.log('up')`],
      environment: {},
      cwd: dataDir,
      stopSignal: 'SIGTERM',
    });
    await vi.waitFor(() => expect(lines).toContain(`${name} up`), { timeout: 10_000 });
    return child;
  };
  return { supervisor, start, lines, dataDir };
}

test('children are stopped in the reverse of the order they were started in, and the record goes last', async () => {
  const { supervisor, start, lines, dataDir } = await supervise(10_000);
  const sayGoodbye = `process.on('SIGTERM', () => setTimeout(() => { console.log('down'); process.exit() }, 100))`;
  await start('first', sayGoodbye);
  await start('second', sayGoodbye);
  await supervisor.stop();
  expect(lines.slice(2)).toEqual(['second down', 'first down']);
  await expect(access(join(dataDir, 'processes.json'))).rejects.toThrow('ENOENT');
});

test('a child that does not end when asked is killed', async () => {
  const { supervisor, start } = await supervise(200);
  const child = await start('deaf', `process.on('SIGTERM', () => {})`);
  await supervisor.stop();
  expect((await child.exited).message).toContain('deaf was ended by SIGKILL');
});

test('nothing starts any more once stopping has begun', async () => {
  const { supervisor, start } = await supervise(200);
  await supervisor.stop();
  await expect(start('late', '')).rejects.toThrow('stopped');
});
