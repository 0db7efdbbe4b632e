import { describe, expect, test } from 'vitest';
import { redact } from './redact.ts';

/** Protects who a text is about: what names, reaches or identifies somebody is hidden, in whatever way it is written. */

const hidden = (text: string, names: readonly string[] = []) => redact(text, names);

describe('an address is hidden', () => {
  test.each([
    ['between other words', 'write to jane.doe@victim.example today', 'write to [email] today'],
    ['in the brackets of a header', 'Jane <jane.doe@victim.example>', 'Jane [email]'],
    ['with the sign of another width', 'jane.doe＠victim.example', '[email]'],
    ['with room around its sign', 'write to jane.doe @ victim.example today', 'write to [email] today'],
    ['with line breaks around its sign', 'jane.doe\n@\r\nvictim.example', '[email]'],
  ])('%s', (_how, text, shown) => expect(hidden(text)).toBe(shown));

  test('and not cut in two where the text is too long', () => {
    const before = ' '.repeat(1_992);
    expect(hidden(`${before}jane.doe@victim.example`)).toBe('');
    expect(hidden(`word${before}jane.doe@victim.example`)).toBe('word');
  });
});

describe('a phone number is hidden', () => {
  test.each([
    '+49 170 1234567',
    '0170/123-45-67',
    '(0170) - 123 45 67',
    '170.123.4567',
    '170–123–4567',
    '170\u2011123\u20114567',
    '170\u200b123\u200b4567',
    '＋４９ １７０ １２３４５６７',
    '٠١٧٠ ١٢٣٤٥٦٧',
    '०१७० १२३ ४५६७',
  ])('however it is written: %s', (number) => {
    const shown = hidden(`call ${number} now`);
    expect(shown).toContain('[number]');
    expect(shown).not.toMatch(/\p{Nd}/u);
  });

  test.each(['12 seats', '1,500 EUR', 'Q3 2026', '2026-03-20', '2026-03-20T12:00:00Z'])('and %s is none', (text) =>
    expect(hidden(text)).toBe(text),
  );
});

describe('a link is hidden', () => {
  test.each(['https://victim.example/a?b', 'www.victim.example', 'victim.example/account', 'ftp://x'])('%s', (link) =>
    expect(hidden(`see ${link} for more`)).toBe('see [link] for more'),
  );
});

describe('a name that we know is hidden', () => {
  test.each([
    ['in any case', 'ERIKA asks', ['Erika'], '[name] asks'],
    ['with an ending', "Erika's wish", ['Erika'], "[name]'s wish"],
    ['with marks in it that nobody sees', 'Eri\u00adka asks', ['Erika'], '[name] asks'],
    ['part by part', 'Mustermann, Max', ['Max Mustermann'], '[name], [name]'],
    ['in another form of the same letters', 'Zoe\u0308 asks', ['Zo\u00eb'], '[name] asks'],
    ['in a script that puts no spaces between words', '田中様からの質問', ['田中'], '[name]様からの質問'],
  ])('%s', (_how, text, names, shown) => expect(hidden(text, names)).toBe(shown));

  test('as a whole word only', () => expect(hidden('the deal is final', ['Al'])).toBe('the deal is final'));
});

test('what is left is one short line', () => {
  const line = hidden(`one\n\ttwo\u2028${'three '.repeat(300)}`);
  expect(line).toMatch(/^one two three /);
  expect(line).toHaveLength(400);
});
