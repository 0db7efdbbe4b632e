import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anonymousAddress, plainAddress } from './address.ts';

test.each([
  ['81.2.69.142', '81.2.69.142', '81.2.69.0'],
  ['::ffff:81.2.69.142', '81.2.69.142', '81.2.69.0'],
  ['::FFFF:5102:458E', '81.2.69.142', '81.2.69.0'],
  ['2001:DB8:0a:0:0::1', '2001:db8:a::1', '2001:db8:a::'],
  ['::2:3:4:5:6:7', '::2:3:4:5:6:7', '0:0:2::'],
  ['fe80::1%eth0', 'fe80::1', 'fe80::'],
  ['::1', '::1', '::'],
])('%s is %s, in the network %s', (text, plain, anonymous) => {
  expect([plainAddress(text), anonymousAddress(text)]).toEqual([plain, anonymous]);
});

test('what is no address has no form', () => {
  for (const text of ['', '1.2.3', '01.2.3.4', '1.2.3.4:80', '[::1]', 'localhost', '1.2.3.4, 5.6.7.8']) {
    expect([plainAddress(text), anonymousAddress(text)]).toEqual([undefined, undefined]);
  }
});

test('of IPv6 no more than the first 48 bits stay, of IPv4 24, and doing it twice is doing it once', () => {
  const anyGroups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    anyGroups.map((groups) => groups.map((group) => group.toString(16)).join(':')),
  );
  fc.assert(
    fc.property(address, (text) => {
      const once = String(anonymousAddress(text));
      expect(anonymousAddress(once)).toBe(once);
      expect(plainAddress(String(plainAddress(text)))).toBe(plainAddress(text));
      expect(once).toMatch(/^(?:(?:\d+\.){3}0|(?:[0-9a-f]+:){1,3}:|::)$/);
    }),
    { numRuns: 1_000 },
  );
});
