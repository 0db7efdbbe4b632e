import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseCausewayFile } from '../src/config/causeway-file.ts';
import { parseEnvironment } from '../src/config/environment.ts';
import { buyerGroups } from '../src/domain/buyer-group-settings.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';

/** Protects docs/gtm-pipeline.md from growing old: its settings, defaults, metrics and files are those of the code. */

const root = `${import.meta.dirname}/../`;
const page = readFileSync(`${root}docs/gtm-pipeline.md`, 'utf8');

/** Each row of the table of numbers: its default, and the names of its settings, `.retries` written out. */
const rows = page
  .slice(page.indexOf('## Every number'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| -'))
  .slice(1)
  .map((line) => {
    const [, , defaults = '', where = ''] = line.split('|');
    const words = [...where.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
    const section = words[0]?.split('.')[0] ?? '';
    return { defaults, names: words.map((word) => (word.startsWith('.') ? section + word : word)) };
  });
const defaultsOf = (name: string): string | undefined => rows.find(({ names }) => names.includes(name))?.defaults;

const settings = Object.entries(parseCausewayFile('')).flatMap(([section, value]) =>
  Array.isArray(value)
    ? [{ name: section, value: '' }]
    : Object.entries(value).map(([name, item]: [string, unknown]) => ({ name: `${section}.${name}`, value: item })),
);

test.each(settings)('$name is in the table, with its default', ({ name, value }) => {
  const text = typeof value === 'number' ? value.toLocaleString('en-US') : typeof value === 'string' ? value : '';
  expect(defaultsOf(name)).toContain(text);
});

test('the most that each number of buyer groups may be is in the table, and each has one', () => {
  const whole = z.looseObject({ maximum: z.number().max(1e9) });
  const number = z.union([whole, z.object({ properties: z.record(z.string(), whole) })]);
  const { properties } = z
    .object({ properties: z.record(z.string(), z.unknown()) })
    .parse(z.toJSONSchema(buyerGroups, { io: 'input', unrepresentable: 'any' }));
  const others = ['targetFunctions', 'targetAccounts', 'enrichmentLevel'];
  for (const [name, schema] of Object.entries(properties)) {
    if (others.includes(name)) continue;
    const read = number.parse(schema);
    const limits = 'maximum' in read ? [read] : Object.values(read.properties);
    for (const { maximum } of limits)
      expect(defaultsOf(`buyerGroups.${name}`)).toContain(maximum.toLocaleString('en-US'));
  }
});

test('every variable in the table is one that is read, and its default is the one shown', () => {
  const environment = new Map<string, unknown>(Object.entries(parseEnvironment({})));
  const variables = rows.flatMap(({ names }) => names).filter((name) => /^[A-Z_]+$/.test(name));
  expect(variables.length).toBeGreaterThan(0);
  expect(variables.filter((name) => !environment.has(name) && name !== 'RULES_PATH')).toEqual([]);
  for (const name of ['SLACK_DEFAULT_CHANNEL', 'GMAIL_DEFAULT_MAILBOX', 'HUBSPOT_COMPETITORS_PROPERTY']) {
    expect(defaultsOf(name)).toContain(environment.get(name));
  }
  expect(defaultsOf('EFFECT_CALL_TIMEOUT_MS')).toContain(
    `${Number(environment.get('EFFECT_CALL_TIMEOUT_MS')) / 1_000} s`,
  );
});

test('every metric of ours is named, and no other', () => {
  const leads = readFileSync(`${root}docs/lead-pipeline.md`, 'utf8');
  const groups = readFileSync(`${root}docs/buyer-groups.md`, 'utf8');
  // Its other sections name tables, which are called alike.
  const numbers = groups.split(/^## /m).find((section) => section.startsWith('Numbers\n'));
  const pages = [page, leads, numbers].join('\n');
  const families = /\b(?:gtm_pipeline|dlq|webhook|ingest_api|consumer|pipeline|job|buyer_group|provider)_[a-z_]+/g;
  const named = [...pages.matchAll(families)].map(([name]) => name);
  const ours = createMetrics().registry.getMetricsAsArray();
  expect([...new Set(named)].toSorted()).toEqual(ours.map(({ name }) => name).toSorted());
});

test('every file that it names is there', () => {
  const files = [...page.matchAll(/`((?:src|deploy|rules)\/[^`]*)`/g)].map(([, file = '']) => file);
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !existsSync(`${root}${file}`))).toEqual([]);
});
