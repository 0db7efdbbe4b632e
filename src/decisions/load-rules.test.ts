import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { loadRules, parseRules } from './load-rules.ts';

const step = { action: 'notify_ae', priority: 'high', target: ['owner.id', "'default'"], parameters: {} };
const sound = {
  id: 'sound',
  version: 1,
  description: 'd',
  priority: 1,
  when: ['deal.daysToClose < 21'],
  plan: [step],
  reasoning: 'r',
};

const load = (...rules: object[]) =>
  parseRules(rules.map((rule, index) => ({ path: `rules/${index}.yaml`, text: stringify(rule) })));

function makeFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-rules-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('a rule that cannot be used is refused when it is loaded, with its place and what to do', () => {
  test.each([
    [
      'does not parse',
      { when: ['deal.daysToClose <'] },
      /rules\/0\.yaml: when\[0\]: `deal\.daysToClose <`: Unexpected/,
    ],
    ['reads a field nobody has', { when: ['deal.dayToClose < 2'] }, /No such key: dayToClose.*README/],
    ['reads an unknown variable', { when: ['company.id == "1"'] }, /Unknown variable: company.*event, deal, account/],
    ['is not true or false', { when: ['deal.stage'] }, /its value is string, expected bool/],
    ['may be anything', { when: ['event.payload.flag'] }, /its value is dyn, expected bool/],
    ['compares a text with a number', { when: ['deal.stage > 3'] }, /no such overload/],
    ['could take unbounded time', { when: ['deal.stage.matches("(a+)+$")'] }, /matches\(\) can take unbounded time/],
    ['loops in a loop', { when: ['["a"].all(a, ["b"].all(b, a != b))'] }, /more than one of all/],
    [
      'is too long',
      { when: [`deal.stage == "${'a'.repeat(500)}"`] },
      /when\[0\]: expected a CEL expression: a text of 1 to 500/,
    ],
    ['is too deep', { when: [`${'('.repeat(40)}true${')'.repeat(40)}`] }, /[Ee]xceed|maxDepth/],
    ['has too many parts', { when: [Array.from({ length: 60 }, () => '1<2').join('&&')] }, /[Ee]xceed|maxAstNodes/],
    ['is no text', { when: [true] }, /when\[0\]: expected a CEL expression: a text/],
    ['has no condition', { when: [] }, /when: Too small/],
    [
      'has an unquoted text',
      { plan: [{ ...step, target: ['default'] }] },
      /target\[0\].*a text needs quotes of its own/,
    ],
    [
      'sends to an address',
      { plan: [{ ...step, target: ['contact.email'] }] },
      /target\[0\]: a target is an id, never/,
    ],
    ['passes a whole payload on', { plan: [{ ...step, parameters: { p: 'event.payload' } }] }, /parameters\.p.*is map/],
    [
      'plans what cannot be done',
      { plan: [{ ...step, action: 'call' }] },
      /plan\[0\]\.action: Invalid option.*notify_ae/,
    ],
    ['plans nothing', { plan: [] }, /plan: Too small/],
    ['has an unknown key', { enabled: true }, /Unrecognized key: "enabled"/],
    ['has an endless priority', { priority: Infinity }, /priority: Invalid input/],
    ['has an id with spaces', { id: 'My rule' }, /id: expected lower-case words/],
  ])('when it %s', (_, change, message) => {
    expect(() => load({ ...sound, ...change })).toThrow(message);
  });

  test('when its id is taken', () => {
    expect(() => load(sound, { ...sound, version: 2 })).toThrow(
      'rules/1.yaml: id: sound is the id of rules/0.yaml already; give one of them another',
    );
  });

  test.each(['a: [', 'a: *nowhere', 'a: 1\n---\nb: 2', 'a: 1\na: 2'])(
    'when its file is not one YAML document: %j',
    (text) => {
      expect(() => parseRules([{ path: 'rules/x.yaml', text }])).toThrow(
        /^rules\/x\.yaml: expected one YAML document: /,
      );
    },
  );

  test('when its file is empty', () => {
    expect(() => parseRules([{ path: 'rules/x.yaml', text: '' }])).toThrow(/^rules\/x\.yaml: Invalid input/);
  });

  test('and all problems are told at once', () => {
    expect(() => load({ ...sound, priority: 'first' }, { ...sound, when: ['x', 'y'] })).toThrow(
      /0\.yaml: priority.*\n.*1\.yaml: when\[0\].*\n.*1\.yaml: when\[1\]/,
    );
  });
});

describe('a folder of rules', () => {
  test('is read without its subfolders and other files', () => {
    const folder = makeFolder({ 'a.yaml': stringify(sound), 'README.md': '# Rules' });
    mkdirSync(join(folder, 'cases'));
    expect(loadRules(folder).rules.map((rule) => rule.id)).toEqual(['sound']);
  });

  test('that is not there, is empty, or has a file that would be overlooked is refused', () => {
    expect(() => loadRules('/nowhere/rules')).toThrow(/nowhere\/rules: this folder cannot be read/);
    expect(() => loadRules(makeFolder({}))).toThrow(/no \*\.yaml here/);
    expect(() => loadRules(makeFolder({ 'a.yml': stringify(sound) }))).toThrow(/a\.yml: not read; rename it/);
  });
});

describe('the hash of a rule set', () => {
  const { hash } = load(sound);

  test('stays when comments or the order of keys change', () => {
    const reversed = stringify(Object.fromEntries(Object.entries(sound).toReversed()));
    expect(parseRules([{ path: 'other.yaml', text: `# a comment\n${reversed}` }]).hash).toBe(hash);
  });

  test('changes with everything a rule says', () => {
    const changes = [{ version: 2 }, { priority: 2 }, { when: ['deal.daysToClose < 22'] }, { reasoning: 's' }];
    const hashes = changes.map((change) => load({ ...sound, ...change }).hash);
    expect(new Set([hash, ...hashes]).size).toBe(changes.length + 1);
  });
});
