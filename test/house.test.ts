import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { licenceAllowed } from './licences.ts';

/** Protects the house rules that no linter knows. */

const root = `${import.meta.dirname}/../`;
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

// What .gitignore keeps out, by name: a checkout without git has to pass too.
const ignored = /^(?:node_modules|\.git|\.causeway|coverage|\.env|.*\.log)$/;
const files = filesBelow('.');

test('no file names a folder of the machine it was written on, or a private host', () => {
  expect(files).toContain('package.json');
  const suspicious = [
    /(?<![\w.~])\/(?:home|Users|root|work|private)\/[\w.-]+/,
    /(?<![\w.])\/tmp\/[\w.-]+/,
    /\b[A-Z]:\\Users\\/,
    /\bhttps?:\/\/(?:10\.\d|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/,
    /\bhttps?:\/\/(?!host\.docker\.internal)[\w.-]+\.(?:internal|corp|lan|intranet)\b/,
  ];
  const found = files.flatMap((file) => {
    const text = read(file);
    if (text.includes('\0')) return [];
    return suspicious.flatMap((pattern) => (pattern.test(text) ? [`${file}: ${pattern.exec(text)?.[0] ?? ''}`] : []));
  });
  expect(found).toEqual([]);
});

test('no file of src is longer than a reader holds in mind: 300 lines', () => {
  const long = files
    .filter((file) => /^src\/.*\.ts$/.test(file))
    .map((file) => ({ file, lines: read(file).trimEnd().split('\n').length }))
    .filter(({ lines }) => lines >= 300);
  expect(long).toEqual([]);
});

test('dependencies are exact versions, so that an install today is the install of tomorrow', () => {
  const versions = z.record(z.string(), z.string());
  const manifest = z
    .object({ dependencies: versions, devDependencies: versions })
    .parse(JSON.parse(read('package.json')));
  const inexact = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
  );
  expect(inexact).toEqual([]);
});

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        resolved: z.string().optional(),
        license: z.string().optional(),
        dev: z.boolean().optional(),
        extraneous: z.boolean().optional(),
        optional: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(read('package-lock.json')));

test('the lock file names no registry, so that it installs from any mirror', () => {
  expect(Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
});

/** Read and found free: caniuse-lite is data that asks for attribution; unionfs is Unlicense by its LICENSE file only. */
const readByHand = new Map([
  ['node_modules/caniuse-lite', 'CC-BY-4.0'],
  ['node_modules/unionfs', undefined],
]);

test('everything that is shipped has a licence that lets others use, change and host Causeway', () => {
  const installed = z.object({
    license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
    licenses: z.array(z.object({ type: z.string() })).optional(),
  });
  const production = Object.entries(lock.packages).filter(
    ([path, entry]) => path !== '' && entry.dev !== true && entry.extraneous !== true,
  );
  expect(production.length).toBeGreaterThan(100);
  const refused = production.flatMap(([path, entry]) => {
    const text = readInstalled(`${path}/package.json`);
    // A package for another platform is in the lock file and not on this disk.
    if (text === undefined && entry.optional !== true) return [`${path}: not installed; run npm ci`];
    const own = text === undefined ? {} : installed.parse(JSON.parse(text));
    const named = typeof own.license === 'object' ? own.license.type : own.license;
    const licence = named ?? own.licenses?.map((each) => each.type).join(' OR ') ?? entry.license;
    if (readByHand.has(path) && readByHand.get(path) === licence) return [];
    return licence !== undefined && licenceAllowed(licence) ? [] : [`${path}: ${licence ?? 'no licence'}`];
  });
  expect(refused).toEqual([]);
});

test.each([
  'AGPL-3.0-only',
  'SSPL-1.0',
  'BUSL-1.1',
  'UNLICENSED',
  'MIT AND GPL-3.0-only',
  '(MIT AND (GPL-2.0 OR LGPL-3.0))',
])('refuses the licence %s', (licence) => expect(licenceAllowed(licence)).toBe(false));

test.each([
  'MIT',
  'BSD-3-Clause',
  '(MIT OR GPL-3.0-only)',
  'MIT AND Apache-2.0',
  '(BSD-2-Clause OR MIT OR Apache-2.0)',
])('accepts the licence %s', (licence) => expect(licenceAllowed(licence)).toBe(true));

function filesBelow(folder: string): string[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true })
    .filter((entry) => !ignored.test(entry.name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

function readInstalled(path: string): string | undefined {
  try {
    return read(path);
  } catch {
    return undefined;
  }
}
