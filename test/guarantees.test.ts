import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';

/** Protects the page of guarantees from naming what is not there. */

const root = `${import.meta.dirname}/../`;
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const page = read('docs/guarantees.md');
const rows = [...page.matchAll(/^\| (\d+) +\|(.*)\|$/gm)];
const named = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

test('every file that the guarantees name exists', () => {
  const files = named(page).filter((name) => /^(?:src|test|docs|rules|deploy)\//.test(name));
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !existsSync(`${root}${file}`))).toEqual([]);
});

test('every command that they name is one of package.json', () => {
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
  const commands = named(page).flatMap((name) => /^npm (?:run )?([\w:]+)/.exec(name)?.[1] ?? []);
  expect(commands.length).toBeGreaterThan(3);
  expect(commands.filter((command) => scripts[command] === undefined)).toEqual([]);
});

test('there are twenty of events, fourteen of leads and eleven of buyer groups, each with a test that shows it and a note with its terms', () => {
  const numbers = Array.from({ length: 45 }, (_, index) => String(index + 1));
  expect(rows.map(([, number]) => number)).toEqual(numbers);
  expect([...page.matchAll(/^(\d+)\. /gm)].map(([, number]) => number)).toEqual(numbers);
  const [, ...parts] = page.split(/^## /m);
  expect(parts.map((part) => part.match(/^\| \d/gm)?.length)).toEqual([20, 14, 11]);
  expect(rows.filter(([, , row = '']) => !named(row).some((name) => name.endsWith('.test.ts')))).toEqual([]);
});
