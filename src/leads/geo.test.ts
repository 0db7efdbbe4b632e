import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGeo } from './geo.ts';

const corpus = join(import.meta.dirname, '../../../shared/corpora/geoip/test-data');
const city = join(corpus, 'GeoLite2-City-Test.mmdb');
const unknown = { geo_country: null, geo_city: null };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(content: Buffer | string): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.mmdb`);
  await writeFile(path, content);
  return path;
}

type Value = string | number | { [name: string]: Value };

/** A value in the format of MaxMind's databases: type and size in one byte, then the content. */
function encoded(value: Value): Buffer {
  if (typeof value === 'string') {
    return Buffer.concat([Buffer.from([(2 << 5) | Buffer.byteLength(value)]), Buffer.from(value)]);
  }
  if (typeof value === 'number') return Buffer.from([(5 << 5) | 2, value >> 8, value & 0xff]);
  const parts = Object.entries(value).flatMap(([name, part]) => [encoded(name), encoded(part)]);
  return Buffer.concat([Buffer.from([(7 << 5) | (parts.length / 2)]), ...parts]);
}

/** The place of a record, counted from the one node of the tree and the sixteen zeros after it. */
const pointer = (offset: number) => Buffer.from([0, 0, 1 + 16 + offset]);

/** A database of one node: addresses below 128.0.0.0 have the first record, all others the second. */
function database(records: readonly [Buffer, Buffer], type = 'Made-Up-City'): Buffer {
  const metadata = {
    binary_format_major_version: 2,
    database_type: type,
    ip_version: 4,
    node_count: 1,
    record_size: 24,
  };
  return Buffer.concat([
    pointer(0),
    pointer(records[0].length),
    Buffer.alloc(16),
    ...records,
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    encoded(metadata),
  ]);
}

const names = (en: string): Value => ({ names: { de: 'anders', en } });
const narnia = encoded({ country: names('Narnia'), city: names('Cair Paravel') });
const nowhere = encoded({ continent: names('Atlantis') });

test('an address is looked up to its country and city, in English, and however it is written', async () => {
  const find = await openGeo(await fileOf(database([narnia, nowhere])));
  for (const address of ['1.2.3.4', '::ffff:1.2.3.4', '::FFFF:0102:0304']) {
    expect(find(address)).toEqual({ geo_country: 'Narnia', geo_city: 'Cair Paravel' });
  }
});

test('what is not known is unknown: no record, no address, no database', async () => {
  const find = await openGeo(await fileOf(database([narnia, nowhere])));
  const findNothing = await openGeo(undefined);
  for (const address of ['200.1.1.1', '2001:db8::1', '1.2.3', 'localhost', '']) expect(find(address)).toEqual(unknown);
  expect(findNothing('1.2.3.4')).toEqual(unknown);
});

test.each([
  ['a type that does not exist', Buffer.from([0, 0xff])],
  ['a pointer to itself', Buffer.from([1 << 5, narnia.length])],
  ['an end in the middle', Buffer.from([(7 << 5) | 3, (2 << 5) | 20])],
  ['a country that is a number', encoded({ country: 42, city: 42 })],
  ['a name with a NUL', encoded({ country: names('a\0b') })],
  ['a text', encoded('Narnia')],
])('a record that cannot be read is unknown, and its neighbours are found: %s', async (_what, broken) => {
  const find = await openGeo(await fileOf(database([narnia, broken])));
  expect(find('200.1.1.1')).toEqual(unknown);
  expect(find('1.2.3.4').geo_country).toBe('Narnia');
});

describe('a file that cannot be used is an error at the start that names it', () => {
  const whole = database([narnia, nowhere]);
  test.each([
    ['nothing', ''],
    ['text', 'not a database'],
    ['one whose end is missing', whole.subarray(0, -20)],
    ['one whose start is missing', whole.subarray(3)],
    ['one that knows no places', database([narnia, nowhere], 'GeoLite2-ASN')],
  ])('%s', async (_what, content) => {
    const path = await fileOf(content);
    await expect(openGeo(path)).rejects.toThrow(`The geo database ${path} cannot be used`);
  });

  test('none', async () => {
    await expect(openGeo(join(folder, 'none.mmdb'))).rejects.toThrow(/none\.mmdb cannot be used .*ENOENT/);
  });
});

describe.skipIf(!existsSync(city))("MaxMind's own test databases", () => {
  test.each([
    ['81.2.69.142', 'United Kingdom', 'London'],
    ['::ffff:2.125.160.216', 'United Kingdom', 'Boxford'],
    ['2001:218::1', 'Japan', null],
    ['10.0.0.1', null, null],
  ])('%s is in %s, %s', async (address, geo_country, geo_city) => {
    expect((await openGeo(city))(address)).toEqual({ geo_country, geo_city });
  });

  test('a database of countries knows no cities, one of networks is refused', async () => {
    const find = await openGeo(join(corpus, 'GeoLite2-Country-Test.mmdb'));
    expect(find('81.2.69.142')).toEqual({ geo_country: 'United Kingdom', geo_city: null });
    await expect(openGeo(join(corpus, 'GeoLite2-ASN-Test.mmdb'))).rejects.toThrow('of the type GeoLite2-ASN');
  });

  test('a database with broken records answers every address', async () => {
    const find = await openGeo(join(corpus, 'GeoIP2-City-Test-Broken-Double-Format.mmdb'));
    const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
    fc.assert(
      fc.property(anyAddress, (address) => {
        expect(Object.keys(find(address))).toEqual(Object.keys(unknown));
      }),
    );
  });

  test('a damaged one is refused, or answers every address', async () => {
    const content = await readFile(city);
    const damage = fc.array(fc.tuple(fc.nat(content.length - 1), fc.nat(255)), { minLength: 1, maxLength: 500 });
    await fc.assert(
      fc.asyncProperty(damage, fc.array(fc.ipV4(), { minLength: 20 }), async (bytes, addresses) => {
        const damaged = Buffer.from(content);
        for (const [position, byte] of bytes) damaged[position] = byte;
        const find = await openGeo(await fileOf(damaged)).catch(() => undefined);
        const places = addresses.map((address) => find?.(address) ?? unknown);
        expect(places.flatMap(Object.keys)).toHaveLength(2 * addresses.length);
      }),
      { numRuns: 50 },
    );
  });
});
