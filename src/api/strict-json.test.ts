import { expect, test } from 'vitest';
import { parseStrictJson } from './strict-json.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));

test.each(['{"a": [1, -0, 1.5, 1e3, 9007199254740991, "9007199254740993"]}', '[]', '"text"', '0.1', 'null'])(
  '%s is read as it stands',
  (text) => expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) }),
);

test.each(['9007199254740993', '[-9007199254740992]', '{"a": {"b": 1e400}}', '123456789012345678901234567890'])(
  '%s would lose digits and is refused',
  (text) => expect(parse(text)).toEqual({ ok: false, message: expect.stringContaining('send it as a text') }),
);

test.each(['{"__proto__": {}}', '[{"a": {"__proto__": 1}}]', '{"\\u005f_proto__": 1}'])(
  '%s would reach a prototype and is refused',
  (text) => expect(parse(text)).toEqual({ ok: false, message: expect.stringContaining('__proto__') }),
);

test.each(['', '{', '{"a": 1,}', "{'a': 1}", '[1] x', 'NaN'])('%s is no JSON', (text) =>
  expect(parse(text)).toMatchObject({ ok: false, message: 'the body is not JSON in UTF-8' }),
);

test('bytes that are no UTF-8 are no JSON', () =>
  expect(parseStrictJson(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ ok: false }));

test('of keys that stand twice the last counts', () =>
  expect(parse('{"a": 1, "a": 2}')).toEqual({ ok: true, value: { a: 2 } }));
