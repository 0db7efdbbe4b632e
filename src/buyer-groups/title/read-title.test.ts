import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { jobFunctions, seniorities } from '../../domain/buyer-group.ts';
import { functionPhrases } from './functions.ts';
import { helpers, offices, rightHands, served } from './offices.ts';
import { listOf } from './phrases.ts';
import { readTitle } from './read-title.ts';
import { dependents, endings, entryPhrases, individualPhrases, noAssistants, seniorityPhrases } from './seniorities.ts';
import { wordsOf } from './words.ts';

/** Protects what is read out of titles: a row in cases.yaml is held, in whatever way it is written. */

const text = readFileSync(join(import.meta.dirname, 'cases.yaml'), 'utf8');
const languages = z
  .record(z.string(), z.array(z.tuple([z.string(), z.string(), z.enum(seniorities)])))
  .parse(parse(text));
const cases = Object.values(languages).flat();

describe.each(Object.entries(languages))('%s', (_language, rows) => {
  test.each(rows)('%s: %s, %s', (title, functions, seniority) => {
    const read = readTitle(title);
    expect([read.functions.join('+') || 'none', read.seniority]).toEqual([functions, seniority]);
    expect(read.function).toBe(read.functions[0] ?? null);
  });
});

test('there are more than two hundred cases, in nine groups of languages, of every function and seniority', () => {
  expect(cases.length).toBeGreaterThan(200);
  expect(Object.keys(languages)).toHaveLength(9);
  expect(new Set(cases.map(([, , seniority]) => seniority))).toEqual(new Set(seniorities));
  expect(new Set(cases.flatMap(([, functions]) => functions.split('+')))).toEqual(new Set([...jobFunctions, 'none']));
});

const asWritten = ([title]: readonly [string, ...unknown[]]) => readTitle(title);
test.each([
  ['in capitals', (title: string) => title.toUpperCase()],
  ['in small letters', (title: string) => title.replaceAll(/(\p{Ll})In(?!\p{L})/gu, '$1').toLowerCase()],
  ['with its accents taken apart', (title: string) => title.normalize('NFD')],
  ['with spaces around it', (title: string) => `  ${title} \n`],
  ['with a company behind it', (title: string) => `${title} at Sales President GmbH`],
])('a title says the same %s', (_how, write) => {
  // ß has no capital that comes back, and inner capitals are lost in capitals.
  const rows = cases.filter(([title]) => !/ß|\p{Ll}In/u.test(title) && !/ex-|former/i.test(title));
  for (const row of rows) expect([row[0], readTitle(write(row[0]))]).toEqual([row[0], asWritten(row)]);
});

test.each([null, undefined, '', '   ', '---', '🚀', '/'])('%j is no title', (title) => {
  expect(readTitle(title)).toEqual({ function: null, functions: [], seniority: null });
});

test('any text is read, in bounded time, and no word beyond 300 characters counts', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (title) => {
      const { seniority, functions } = readTitle(title);
      expect(seniority === null || seniorities.includes(seniority)).toBe(true);
      expect(new Set(functions).size).toBe(functions.length);
      expect(readTitle(title)).toEqual(readTitle(title));
    }),
  );
  expect(readTitle(`${' '.repeat(300)}CEO`).seniority).toBeNull();
  expect(wordsOf('/ a'.repeat(1_000_000)).length).toBeLessThanOrEqual(40);
  expect(readTitle('chief '.repeat(1_000_000)).seniority).toBe('individual');
});

test('every phrase of the tables is in the form of the words that it is compared with', () => {
  const tables = [...functionPhrases, ...seniorityPhrases].map(([, phrases]) => phrases);
  const lists = [
    ...tables,
    individualPhrases,
    noAssistants,
    entryPhrases,
    endings,
    dependents,
    offices,
    served,
    helpers,
    rightHands,
  ];
  const phrases = lists.flatMap(listOf);
  const odd = phrases.filter((phrase) => !/^\*?[\p{Ll}\d]+\*?( (?:…|\*?[\p{Ll}\d]+\*?))*$|^@$/u.test(phrase));
  expect(odd).toEqual([]);
  const accented = phrases.filter((phrase) => phrase.normalize('NFD').replaceAll(/\p{M}/gu, '') !== phrase);
  expect(accented).toEqual([]);
});
