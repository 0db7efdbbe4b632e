import { array, assert, constantFrom, nat, oneof, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHasher, type HashPurpose } from './hasher.ts';

/** Protects what is recognised by its hash: stored hashes stay for good, and two things never share one. */

const hasher = createHasher(Buffer.alloc(32, 7));
const hash = (purpose: HashPurpose, parts: readonly string[]): string => hasher.hash(purpose, parts);
const purposes = ['event-key', 'fingerprint', 'lane', 'subject'] as const satisfies readonly HashPurpose[];

describe('a hash', () => {
  it.each(vectors())(
    'of %s stays what it was: an event sent again has to be found',
    (_name, purpose, parts, expected) => {
      expect(hash(purpose, parts)).toBe(expected);
    },
  );

  it('tells parts by where they end', () => {
    expect(hash('lane', ['a', 'bc'])).not.toBe(hash('lane', ['ab', 'c']));
    expect(hash('lane', ['abc'])).not.toBe(hash('lane', ['abc', '']));
    expect(hash('lane', [])).not.toBe(hash('lane', ['']));
    // What would look the same if the parts were joined as texts are joined.
    expect(hash('lane', ['a","b'])).not.toBe(hash('lane', ['a', 'b']));
    expect(hash('lane', ['a\u0000b'])).not.toBe(hash('lane', ['a', 'b']));
  });

  it('tells purposes apart, and a purpose from a part', () => {
    expect(new Set(purposes.map((purpose) => hash(purpose, ['a']))).size).toBe(purposes.length);
    expect(hash('lane', ['subject', 'a'])).not.toBe(hash('subject', ['lane', 'a']));
  });

  it('tells lone surrogates apart, which UTF-8 writes alike', () => {
    expect(hash('event-key', ['\uD800'])).not.toBe(hash('event-key', ['\uD801']));
    expect(hash('event-key', ['\uD800'])).not.toBe(hash('event-key', ['\uFFFD']));
    expect(hash('event-key', ['\uD83D\uDE00'])).not.toBe(hash('event-key', ['\uDE00\uD83D']));
  });

  it('needs the key: another key makes other hashes', () => {
    expect(createHasher(Buffer.alloc(32, 8)).hash('lane', ['a'])).not.toBe(hash('lane', ['a']));
  });

  it('is 32 hex digits, the same for the same parts and for no others', () => {
    const text = oneof(string({ unit: 'binary' }), string(), constantFrom('', '"', '\\', '\uD800', 'lane'));
    const input = record({ purpose: constantFrom(...purposes), parts: array(text, { maxLength: 4 }) });
    assert(
      property(input, input, (one, other) => {
        const same = JSON.stringify([one.purpose, one.parts]) === JSON.stringify([other.purpose, other.parts]);
        expect(hash(one.purpose, one.parts)).toMatch(/^[0-9a-f]{32}$/);
        expect(hash(one.purpose, one.parts) === hash(other.purpose, other.parts)).toBe(same);
        expect(hash(one.purpose, [...one.parts])).toBe(hash(one.purpose, one.parts));
      }),
    );
  });

  it('does not change when text moves over the border between two parts, unless nothing moved', () => {
    assert(
      property(string(), nat(), nat(), (text, first, second) => {
        const cut = (at: number) => [text.slice(0, at % (text.length + 1)), text.slice(at % (text.length + 1))];
        const same = first % (text.length + 1) === second % (text.length + 1);
        expect(hash('event-key', cut(first)) === hash('event-key', cut(second))).toBe(same);
      }),
    );
  });
});

/** Made by another implementation (Python's hmac) from the description in the code. */
function vectors(): [string, HashPurpose, string[], string][] {
  return [
    ['a HubSpot key', 'event-key', ['default', 'hubspot', '48975575', '1'], '94d173118d4352e61d92375641ba2437'],
    ['a lane', 'lane', ['default', 'hubspot', '48975575', 'deal', '1'], '8925a9038eaf4678adb07c051b238418'],
    ['text beyond ASCII', 'subject', ['default', 'email', 'zoë@exämple.com'], '77fd76d970ce7e7b95835c0f0ba87f63'],
    ['quotes and controls', 'fingerprint', ['a"b\\c\n'], '4d1e28662d63b312968ce42adc670bfe'],
    ['a lone surrogate', 'event-key', ['\uD800'], '4d59390fbba428f66c2455287e884879'],
  ];
}
