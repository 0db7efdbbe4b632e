import { expect, test } from 'vitest';
import type { Consents } from '../operations/consents.ts';
import { consentsCommand } from './consents.ts';
import { runCli } from './run-cli.ts';

/** Protects what is recorded as consent: said in full, one way or the other, and the address is never shown. */

async function run(...args: string[]) {
  const recorded: unknown[] = [];
  const said: string[] = [];
  const record: Consents['record'] = async (consent) => void recorded.push(consent);
  const write = (line: string) => void said.push(line);
  const code = await runCli([consentsCommand(record)], ['consents', ...args], { out: write, error: write });
  return { code, recorded, said: said.join('\n') };
}

const complete = ['record', '--email', 'erika@mustermann.example', '--purpose', 'outreach', '--source', 'web form'];

test.each([
  ['--granted', true, 'recorded: outreach granted'],
  ['--withdrawn', false, 'recorded: outreach withdrawn'],
])('records what was said: %s', async (flag, granted, line) => {
  const expected = { email: 'erika@mustermann.example', purpose: 'outreach', source: 'web form', granted };
  expect(await run(...complete, flag)).toEqual({ code: 0, recorded: [expected], said: line });
});

test.each([
  ['neither granted nor withdrawn', complete],
  ['both', [...complete, '--granted', '--withdrawn']],
  ['no source', [...complete.slice(0, -2), '--granted']],
  ['an empty source', [...complete.slice(0, -1), ' ', '--granted']],
  ['no address', ['record', '--purpose', 'outreach', '--source', 's', '--granted']],
  ['what is no address', ['record', '--email', 'erika', '--purpose', 'outreach', '--source', 's', '--granted']],
  ['another purpose', ['record', '--email', 'e@m.example', '--purpose', 'all', '--source', 's', '--granted']],
  ['another verb', ['show', ...complete.slice(1), '--granted']],
])('records nothing when it is called with %s', async (_what, args) => {
  const { code, recorded, said } = await run(...args);
  expect({ code, recorded }).toEqual({ code: 2, recorded: [] });
  expect(said).toMatch(/record|granted|email|purpose|source/);
  expect(said).not.toContain('mustermann');
});
