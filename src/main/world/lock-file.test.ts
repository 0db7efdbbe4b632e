import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { disarmLockFile } from './lock-file.ts';

async function folderWith(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-lock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'postmaster.pid'), content);
  return folder;
}

test('the number of an unrelated program gives way to ours, and the rest of the file stays', async () => {
  const folder = await folderWith('1\n/data\n1700000000\n');
  await disarmLockFile(folder, () => {});
  expect(await readFile(join(folder, 'postmaster.pid'), 'utf8')).toBe(`${process.pid}\n/data\n1700000000\n`);
});

test('a file that is absent or holds no number is left to PostgreSQL', async () => {
  const folder = await folderWith('');
  await disarmLockFile(folder, () => {});
  expect(await readFile(join(folder, 'postmaster.pid'), 'utf8')).toBe('');
  await disarmLockFile(join(folder, 'nowhere'), () => {});
});
