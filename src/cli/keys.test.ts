import { describe, expect, test } from 'vitest';
import type { ApiKeys } from '../operations/api-keys.ts';
import { keysCommand } from './keys.ts';

/** What operators type, and what they are told; the keys themselves are tested over a database. */

const made: unknown[] = [];
const keys: ApiKeys = {
  create: (request, by) => {
    made.push({ ...request, by });
    return Promise.resolve({ id: '0123456789ab', key: 'cw_0123456789ab_secret' });
  },
  revoke: (id) => Promise.resolve(id === '0123456789ab'),
  list: () => Promise.resolve([]),
};

async function run(...args: string[]) {
  const lines: string[] = [];
  const errors: string[] = [];
  const output = { out: (line: string) => lines.push(line), error: (line: string) => errors.push(line) };
  const ok = await keysCommand((work) => work(keys)).run(args, output);
  return { ok, lines, errors };
}

describe('keys', () => {
  test('prints a new key alone on standard output, so that it can be piped', async () => {
    const { lines, errors } = await run(
      'create',
      '--name',
      'shop',
      '--source',
      'a',
      '--source',
      'b',
      '--per-minute',
      '60',
    );
    expect(lines).toEqual(['cw_0123456789ab_secret']);
    expect(errors.join()).toContain('not shown again');
    expect(made.at(-1)).toEqual({
      name: 'shop',
      sources: ['a', 'b'],
      perMinute: 60,
      readsLeads: false,
      by: 'operator (cli)',
    });
  });

  test('makes one that reads leads only when it is asked to', async () => {
    await run('create', '--name', 'report', '--reads-leads');
    expect(made.at(-1)).toMatchObject({ name: 'report', readsLeads: true });
  });

  test.each([
    [['create'], '--name'],
    [['create', '--name', 'x', '--per-minute', '0'], '--per-minute'],
    [['create', '--name', 'x', '--source', 'a b'], '--source'],
    [['revoke'], 'create, list, or revoke'],
    [['forget'], 'create, list, or revoke'],
  ])('%j is told what is wrong', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  test('a key that is not there cannot be revoked, and the command says so', async () => {
    expect(await run('revoke', '0123456789ab')).toMatchObject({ ok: true });
    expect(await run('revoke', 'other')).toMatchObject({ ok: false, errors: [expect.stringContaining('keys list')] });
  });
});
