import { expect, test } from 'vitest';
import { ConfigurationError, parseEnvironment } from './environment.ts';
import { historyKeysIn } from './history-keys.ts';

const [one, two] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'));

test('keys are read in their order, whatever spaces are between them', () => {
  const HISTORY_KEYS = `  2026-11:${one}\n old:${two} `;
  const { HISTORY_KEYS: read = '' } = parseEnvironment({ HISTORY_KEYS });
  expect(historyKeysIn(read)).toEqual([
    { id: '2026-11', key: Buffer.alloc(32, 1) },
    { id: 'old', key: Buffer.alloc(32, 2) },
  ]);
  expect(historyKeysIn('')).toEqual([]);
});

test.each([
  ['a key without an id', `${one}`],
  ['an id without a key', 'first:'],
  ['an empty id', `:${one}`],
  ['an id that a log line or a header would not take', `fi rst:${one}`],
  ['a key that is too short', `first:${Buffer.alloc(16, 7).toString('base64')}`],
  ['a key that is too long', `first:${Buffer.alloc(33, 7).toString('base64')}`],
  ['a wrong key behind a right one', `first:${one} second:q7zx`],
  ['the same id twice', `first:${one} first:${two}`],
])('%s is refused, by the name of the variable and without what was given', (_name, HISTORY_KEYS) => {
  const read = () => parseEnvironment({ HISTORY_KEYS });
  expect(read).toThrow(ConfigurationError);
  expect(read).toThrow(/^HISTORY_KEYS: (expected <id>:<32 bytes in base64>|an id is there twice)/);
  for (const part of HISTORY_KEYS.split(/[ :]/).filter((text) => text.length > 5)) {
    expect(read).not.toThrow(part);
  }
});

test('the codec is off unless it is switched on, and then needs a key, in production too', () => {
  expect(parseEnvironment({}).HISTORY_CODEC).toBe('off');
  expect(() => parseEnvironment({ HISTORY_CODEC: 'on' })).toThrow(/^HISTORY_KEYS: set it, or set HISTORY_CODEC=off$/);
  expect(() => parseEnvironment({ HISTORY_CODEC: 'yes' })).toThrow(/^HISTORY_CODEC: /);
  expect(parseEnvironment({ HISTORY_CODEC: 'on', HISTORY_KEYS: `first:${one}` }).HISTORY_CODEC).toBe('on');
});
