import { posix } from 'node:path';

import { readModule, type ModuleFacts, type ModuleReference } from './module-references.ts';

export interface SourceFile {
  /** From the root of the repository, with slashes: `src/domain/event.ts`. */
  path: string;
  source: string;
}

export interface ImportViolation {
  file: string;
  import: string;
  rule: string;
}

/** What the files of one room may import beside their own room. */
interface Room {
  /** Rooms, or single files of a room (`connectors/ports.ts`). */
  values: readonly string[];
  /** What may be imported by `import type` only. */
  types?: readonly string[];
  /** The npm packages and Node built-ins allowed; all of them when absent. */
  packages?: readonly string[];
}

const spine = ['domain', 'db', 'privacy', 'telemetry'];

const rooms: Readonly<Record<string, Room>> = {
  domain: { values: [], packages: ['zod'] },
  sources: { values: ['domain'] },
  decisions: { values: ['domain'] },
  leads: { values: ['domain'] },
  'buyer-groups': { values: ['domain'], packages: [] },
  actions: { values: ['domain'], types: ['connectors/ports.ts'] },
  // The second asks vendors without a library of their own; it knows none of them.
  connectors: { values: ['domain', 'connectors/ports.ts', 'connectors/json-request.ts'] },
  db: { values: ['domain'] },
  privacy: { values: ['domain'] },
  telemetry: { values: ['domain'] },
  intake: { values: [...spine, 'temporal'] },
  effects: { values: spine },
  // The names of the search attributes live with the code that registers them; a workflow sets them, and two copies of
  // the names would drift apart. That one file is pure, and the rule of run-time imports below keeps it so.
  workflows: {
    values: ['domain', 'temporal/search-attributes.ts'],
    types: ['activities'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  activities: {
    values: [...spine, 'decisions', 'leads', 'buyer-groups', 'actions', 'connectors', 'intake', 'effects'],
  },
  operations: {
    values: [...spine, 'intake', 'effects', 'decisions', 'temporal'],
    types: ['connectors/ports.ts'],
  },
  api: { values: ['operations', 'intake', 'sources', 'domain', 'telemetry'] },
  cli: { values: ['operations', 'intake', 'sources', 'domain', 'telemetry'] },
  temporal: { values: ['domain', 'privacy', 'telemetry'], types: ['activities', 'workflows'] },
  config: { values: ['domain'] },
};

/** Everything in `files` that breaks the table above. Pure: what is not in `files` is not looked at. Tests are exempt. */
export function violations(files: readonly SourceFile[]): ImportViolation[] {
  const modules = new Map<string, ModuleFacts>();
  for (const { path, source } of files) {
    if (!path.endsWith('.test.ts')) modules.set(path, readModule(path, source));
  }
  return [...modules].flatMap(([file, module]) => [
    ...environmentViolations(file, module),
    ...module.references.flatMap((reference) => {
      const rule = brokenRule(file, reference);
      return rule === undefined ? [] : [{ file, import: shown(reference), rule }];
    }),
    ...(roomOf(file) === 'workflows' ? runTimeViolations(file, modules) : []),
  ]);
}

function environmentViolations(file: string, module: ModuleFacts): ImportViolation[] {
  if (!module.readsEnvironment || roomOf(file) === 'config') return [];
  return [
    { file, import: 'process.env', rule: 'only src/config reads the environment; take the value as a parameter' },
  ];
}

function brokenRule(file: string, reference: ModuleReference): string | undefined {
  const from = roomOf(file);
  if (from === 'main') return undefined;
  const room = rooms[from];
  if (room === undefined) return `src/${from} has no row in test/import-rules.ts; say there what it may import`;
  const { specifier } = reference;
  if (specifier === null) {
    return room.packages === undefined
      ? undefined
      : `${from} imports by literal names only, so that they can be checked`;
  }
  if (!specifier.startsWith('.')) return brokenPackageRule(from, room, specifier);

  const target = resolved(file, specifier);
  if (!target.startsWith('src/')) return 'only src/main reaches outside src';
  const to = roomOf(target);
  if (from === 'connectors') return brokenConnectorRule(file, target, room);
  if (to === from || allows(room.values, target)) return undefined;
  if (to === 'config') return 'only src/main imports src/config; everything else is given values';
  if (allows(room.types ?? [], target)) {
    return reference.kind === 'type'
      ? undefined
      : `${from} may import types of ${within(target)} only: use import type`;
  }
  return `${from} may import ${list(room)}`;
}

function brokenPackageRule(from: string, room: Room, specifier: string): string | undefined {
  if (room.packages === undefined || room.packages.includes(specifier)) return undefined;
  return `${from} may import no packages but ${room.packages.join(', ')}`;
}

/** A provider's folder knows its own files; the list of all providers, `connectors/index.ts`, knows every folder. */
function brokenConnectorRule(file: string, target: string, room: Room): string | undefined {
  const provider = providerOf(file);
  if (allows(room.values, target)) return undefined;
  if (roomOf(target) !== 'connectors') return `connectors may import ${list(room)}`;
  if (provider === undefined || provider === providerOf(target)) return undefined;
  return `connectors/${provider} may not import another provider; what they share belongs in connectors/ports.ts`;
}

/**
 * What a workflow file pulls in when it runs, followed to the end: the sandbox has no Node, and zod is slow to load there
 * and neither small nor promised to be deterministic.
 */
function runTimeViolations(file: string, modules: ReadonlyMap<string, ModuleFacts>): ImportViolation[] {
  const found: ImportViolation[] = [];
  const seen = new Set([file]);
  const queue: { path: string; chain: string[] }[] = [{ path: file, chain: [] }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const { specifier, kind } of modules.get(next.path)?.references ?? []) {
      if (kind === 'type' || specifier === null) continue;
      const chain = [...next.chain, specifier];
      if (specifier.startsWith('.')) {
        const path = resolved(next.path, specifier);
        if (!seen.has(path)) queue.push({ path, chain });
        seen.add(path);
      } else if (chain.length > 1 && !(rooms['workflows']?.packages ?? []).includes(specifier)) {
        const rule = `workflow code must not load ${specifier} at run time: move what it needs to a file without it, or use import type`;
        found.push({ file, import: chain.join(' > '), rule });
      }
    }
  }
  return found;
}

function resolved(file: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(file), specifier));
}

/** `intake` of `src/intake/accept.ts`. */
function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function providerOf(path: string): string | undefined {
  const parts = path.split('/');
  return parts.length > 3 ? parts[2] : undefined;
}

function within(path: string): string {
  return path.replace(/^src\//, '');
}

function allows(allowed: readonly string[], target: string): boolean {
  return allowed.some((entry) => (entry.endsWith('.ts') ? entry === within(target) : entry === roomOf(target)));
}

function list(room: Room): string {
  const values = room.values.length === 0 ? 'no other folder' : room.values.join(', ');
  return room.types === undefined ? values : `${values}; types of ${room.types.join(', ')}`;
}

function shown(reference: ModuleReference): string {
  return reference.specifier ?? 'import(…)';
}
