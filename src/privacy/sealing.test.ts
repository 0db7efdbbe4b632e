import { randomBytes } from 'node:crypto';
import { property, assert as holds, string, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { open, seal } from './sealing.ts';

const key = randomBytes(32);

test('what was sealed opens again, whatever it is and wherever it stands', () => {
  holds(
    property(uint8Array(), string({ unit: 'binary' }), (bytes, context) => {
      const plain = Buffer.from(bytes);
      expect(open(key, context, seal(key, context, plain))).toEqual(plain);
    }),
  );
});

test('one bit changed anywhere does not open: format, nonce, tag and ciphertext', () => {
  const sealed = seal(key, 'event:1', Buffer.from('canary@example.com'));
  for (let position = 0; position < sealed.length * 8; position += 1) {
    const changed = Buffer.from(sealed);
    const index = Math.floor(position / 8);
    changed.writeUInt8(changed.readUInt8(index) ^ (1 << (position % 8)), index);
    expect(() => open(key, 'event:1', changed), `bit ${position}`).toThrow(/authenticate|format/);
  }
});

test.each(['canary@example.com', ''])('a part of it does not open, not even with a shorter tag: %j', (text) => {
  const sealed = seal(key, 'event:1', Buffer.from(text));
  for (let length = 0; length < sealed.length; length += 1) {
    expect(() => open(key, 'event:1', sealed.subarray(0, length)), `${length} bytes`).toThrow(/./);
  }
});

test('in another row or column it does not open, nor with another key', () => {
  const sealed = seal(key, 'event:1', Buffer.from('canary@example.com'));
  for (const context of ['event:2', 'facts:1', '', 'event:1 ']) {
    expect(() => open(key, context, sealed)).toThrow(/authenticate/);
  }
  expect(() => open(randomBytes(32), 'event:1', sealed)).toThrow(/authenticate/);
});

test('the same text is never sealed to the same bytes, and cannot be read in them', () => {
  const plain = Buffer.from('canary@example.com');
  const sealed = Array.from({ length: 1_000 }, () => seal(key, 'event:1', plain));
  expect(new Set(sealed.map((bytes) => bytes.subarray(1, 13).toString('hex'))).size).toBe(1_000);
  expect(sealed.some((bytes) => bytes.includes('canary'))).toBe(false);
});
