import { expect, test } from 'vitest';
import { parseExactJson } from './exact-json.ts';

/** Protects the ids of vendors: none is rounded on its way in. */

const parse = (text: string) => parseExactJson(Buffer.from(text))?.value;

test.each([
  ['9007199254740993', '9007199254740993'],
  ['[-9223372036854775808]', ['-9223372036854775808']],
  ['{"a": {"id": 12345678901234567890}}', { a: { id: '12345678901234567890' } }],
  ['{"id": 9007199254740991, "text": "9007199254740993"}', { id: 9_007_199_254_740_991, text: '9007199254740993' }],
])('%s loses no digit', (text, value) => {
  expect(parse(text)).toEqual(value);
});

test('all else is what JSON.parse makes of it', () => {
  for (const text of [
    '0.1234567890123456789',
    '1e300',
    '{"a":1772442861512}',
    'null',
    '{"__proto__":1234567890123456}',
  ]) {
    expect(parse(text)).toEqual(JSON.parse(text));
  }
  expect(Object.hasOwn(Object(parse('{"__proto__":1234567890123456}')), '__proto__')).toBe(true);
});

test('what is no JSON in UTF-8 is nothing', () => {
  for (const bytes of [Buffer.from('{'), Buffer.from(''), Buffer.from([0x22, 0xff, 0x22])]) {
    expect(parseExactJson(bytes)).toBeUndefined();
  }
});
