import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { violations } from './import-rules.ts';

/** Protects the direction of dependencies: which folder of src/ may know which. */

const root = `${import.meta.dirname}/../`;

test('every file under src/ imports only what its folder may know', () => {
  const paths = globSync('src/**/*.ts', { cwd: root }).toSorted();
  expect(paths.length).toBeGreaterThan(0);
  const found = violations(paths.map((path) => ({ path, source: readFileSync(`${root}${path}`, 'utf8') })));
  expect(found.map((violation) => `${violation.file}: '${violation.import}': ${violation.rule}`)).toEqual([]);
});

const refused: [name: string, path: string, source: string, rule: RegExp][] = [
  ['domain with a package', 'src/domain/a.ts', `import pg from 'pg';`, /no packages but zod/],
  ['domain with a Node built-in', 'src/domain/a.ts', `import { hash } from 'node:crypto';`, /no packages but zod/],
  ['domain with another folder', 'src/domain/a.ts', `export * from '../db/lanes.ts';`, /no other folder/],
  ['a source that decides', 'src/sources/x/index.ts', `import '../../decisions/a.ts';`, /sources may import domain/],
  ['a decision that acts', 'src/decisions/a.ts', `await import('../actions/a.ts');`, /decisions may import domain/],
  ['an action that runs a port', 'src/actions/a.ts', `import { p } from '../connectors/ports.ts';`, /use import type/],
  ['an inline type', 'src/actions/a.ts', `import { type P } from '../connectors/ports.ts';`, /use import type/],
  [
    'an action with a provider',
    'src/actions/a.ts',
    `import type { P } from '../connectors/slack/x.ts';`,
    /actions may/,
  ],
  ['one provider with another', 'src/connectors/a/x.ts', `import '../b/x.ts';`, /connectors\/a may not import another/],
  ['a provider with the database', 'src/connectors/a/x.ts', `import '../../db/x.ts';`, /connectors may import domain/],
  ['the database with privacy', 'src/db/a.ts', `import '../privacy/a.ts';`, /db may import domain/],
  ['effects with Temporal', 'src/effects/a.ts', `import '../temporal/client.ts';`, /effects may import/],
  [
    'a workflow that runs activities',
    'src/workflows/a.ts',
    `import '../activities/a.ts';`,
    /types of activities\/a.ts/,
  ],
  [
    'a workflow with the client',
    'src/workflows/a.ts',
    `import '../temporal/client.ts';`,
    /workflows may import domain/,
  ],
  ['a workflow with Node', 'src/workflows/a.ts', `import 'node:fs';`, /no packages but @temporalio\/workflow/],
  ['a workflow with a name made up', 'src/workflows/a.ts', `await import(name);`, /by literal names only/],
  ['an activity with a source', 'src/activities/a.ts', `import type { S } from '../sources/a.ts';`, /activities may/],
  ['operations with a connector', 'src/operations/a.ts', `import '../connectors/a/x.ts';`, /operations may import/],
  ['a route with the database', 'src/api/routes/a.ts', `import '../../db/a.ts';`, /api may import/],
  ['a command with effects', 'src/cli/a.ts', `import '../effects/a.ts';`, /cli may import/],
  ['Temporal that runs workflows', 'src/temporal/a.ts', `import '../workflows/a.ts';`, /types of workflows\/a.ts/],
  ['config outside main', 'src/api/a.ts', `import type { C } from '../config/environment.ts';`, /given values/],
  ['main from below', 'src/operations/a.ts', `import '../main/wiring.ts';`, /operations may import/],
  ['the world outside src', 'src/api/a.ts', `import '../../sandbox/main.ts';`, /outside src/],
  ['a folder that nobody named', 'src/helpers/a.ts', `import 'zod';`, /has no row/],
  ['an import type expression', 'src/db/a.ts', `type A = import('../api/a.ts').A;`, /db may import domain/],
];

test.each(refused)('refuses %s', (_name, path, source, rule) => {
  expect(violations([{ path, source }])).toEqual([
    { file: path, import: expect.any(String), rule: expect.stringMatching(rule) },
  ]);
});

const environmentReads = [
  `process.env.PORT;`,
  `process['env'];`,
  `const { env } = process;`,
  `const { ...all } = process;`,
  `globalThis.process.env;`,
  `import { env as e } from 'node:process';`,
  `import p from 'node:process'; p.env;`,
  `import * as p from 'process'; p.env;`,
];

test.each(environmentReads)('refuses to read the environment outside src/config by %s', (source) => {
  const rule = expect.stringMatching(/only src\/config reads the environment/);
  expect(violations([{ path: 'src/main/a.ts', source }])).toEqual([expect.objectContaining({ rule })]);
  expect(violations([{ path: 'src/config/a.ts', source }])).toEqual([]);
});

test('refuses zod in what a workflow loads at run time, however deep', () => {
  const files = [
    { path: 'src/workflows/a.ts', source: `import { b } from '../domain/b.ts';` },
    { path: 'src/domain/b.ts', source: `import './c.ts'; import './b.ts';` },
    { path: 'src/domain/c.ts', source: `import { z } from 'zod';` },
  ];
  expect(violations(files)).toEqual([
    { file: 'src/workflows/a.ts', import: '../domain/b.ts > ./c.ts > zod', rule: expect.stringMatching(/at run time/) },
  ]);
});

test('refuses Node in what a workflow loads from the search attributes', () => {
  const files = [
    { path: 'src/workflows/a.ts', source: `import '../temporal/search-attributes.ts';` },
    { path: 'src/temporal/search-attributes.ts', source: `import 'node:fs';` },
  ];
  expect(violations(files)).toEqual([
    expect.objectContaining({ import: '../temporal/search-attributes.ts > node:fs' }),
  ]);
});

test('allows what the table allows', () => {
  const files = [
    { path: 'src/domain/a.ts', source: `import { z } from 'zod'; import './b.ts';` },
    { path: 'src/domain/b.ts', source: `export {};` },
    { path: 'src/actions/a.ts', source: `import type { P } from '../connectors/ports.ts'; import '../domain/a.ts';` },
    { path: 'src/connectors/a/x.ts', source: `import '../ports.ts'; import './y.ts'; import 'node:http';` },
    { path: 'src/connectors/index.ts', source: `import './a/x.ts'; import './b/x.ts';` },
    {
      path: 'src/workflows/a.ts',
      source: `import { sleep } from '@temporalio/workflow'; import type { A } from '../activities/a.ts';
               import type { E } from '../domain/a.ts'; import '../domain/b.ts'; import '../temporal/search-attributes.ts';`,
    },
    {
      path: 'src/temporal/search-attributes.ts',
      source: `import { defineSearchAttributeKey } from '@temporalio/common';`,
    },
    { path: 'src/main/wiring.ts', source: `import '../config/environment.ts'; import '../../sandbox/main.ts';` },
    { path: 'src/api/a.test.ts', source: `import '../db/a.ts';` },
  ];
  expect(violations(files)).toEqual([]);
});
