import { assert, integer, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { oneLine } from './one-line.ts';

test('whatever a vendor sends becomes one well-formed line within its length', () => {
  assert(
    property(string({ unit: 'binary' }), integer({ min: 1, max: 50 }), (text, maxLength) => {
      const line = oneLine(text, maxLength);
      expect(line.length).toBeLessThanOrEqual(maxLength);
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      expect(line.isWellFormed()).toBe(true);
    }),
  );
});

test('a short line stays as it is, and line breaks become spaces', () => {
  expect(oneLine('Ada  Lovelace', 50)).toBe('Ada Lovelace');
  expect(oneLine('Ada\r\nBcc: eve@example.com', 50)).toBe('Ada Bcc: eve@example.com');
});
