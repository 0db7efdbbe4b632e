import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { projectFolder } from '../src/main/world/folders.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { tracingPlugin } from '../src/telemetry/traces.ts';
import { readHistory, type RecordedHistory } from '../src/temporal/recorded-history.ts';
import { replayHistories } from '../src/temporal/replay.ts';
import { bundleWorkflows, installRuntime } from '../src/temporal/worker.ts';
import { pathOf } from './history-path.ts';
import { paths } from './replay/paths.ts';

// Executions that are under way when a new version is deployed go on in the new code: it has to do what the old one did.
// test/replay holds what every path of a workflow left in Temporal's history; test/replay/record.ts makes them.

const folder = join(import.meta.dirname, 'replay');
const histories = new Map<string, RecordedHistory>();

beforeAll(async () => {
  installRuntime(createLogger({ level: 'silent', process: 'test', pretty: false }));
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.json')) continue;
    const history = readHistory(await readFile(join(folder, file), 'utf8'));
    if (!history) throw new Error(`test/replay/${file} is no history`);
    histories.set(file.replace('.json', ''), history);
  }
});

/** What became of each recorded history, by its name. */
async function replayed(options: Parameters<typeof replayHistories>[1]): Promise<Record<string, string>> {
  const results = await replayHistories([...histories.values()], options);
  return Object.fromEntries([...histories.keys()].map((name, index) => [name, results[index]?.result ?? 'missing']));
}

const isLead = (path: string): boolean => path.includes('capture,');
/** The workflow of an erasure is a story of its own; it closes its event, and reports, as others do. */
const isErasure = (path: string): boolean => path.includes('shutGate');
const isBatch = (path: string): boolean => path.includes('Batch');
/** Of no event. */
const isScheduled = (path: string): boolean =>
  path.includes('retain') || path.includes('compactDays') || path === ': CANCELED';

const expectedFor = (isDifferent: (path: string, name: string) => boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(paths).map(([name, path]) => [name, isDifferent(path, name) ? 'different' : 'same']),
  );

describe('the recorded histories', () => {
  it('show every path that an event can take', () => {
    const shown = [...histories].map(([name, { text }]) => [name, pathOf(text)]);
    expect(Object.fromEntries(shown)).toEqual(paths);
  });

  it('are of executions that have ended, and name no person and no machine', () => {
    for (const { finished, text } of histories.values()) {
      expect(finished).toBe(true);
      const identities = Array.from(text.matchAll(/"identity": "(.*)"/g), ([, identity]) => identity);
      expect([...new Set(identities)]).toEqual(['worker']);
      expect(text.match(/"stackTrace": "[^"].*/g) ?? []).toEqual([]);
      const payloads = Array.from(text.matchAll(/"data": "(.*)"/g), ([, data = '']) => Buffer.from(data, 'base64'));
      // Queues are named after a process and its machine, errors quote files, and the CRM holds names and addresses.
      const told = [text.replaceAll('@temporalio/worker@', ''), ...payloads].join('\n').match(suspicious) ?? [];
      expect(told).toEqual([]);
    }
  });
  const suspicious = /\w+@\w+.*|node_modules.*|file:.*|(?:stalled|contested) deal/gi;

  it("replay in today's code", async () => {
    const bundle = { codePath: inject('workflowBundlePath') };
    expect(await replayed({ bundle, plugins: [] })).toEqual(expectedFor(() => false));
  });

  it("replay in today's code with tracing on, whether they were traced or not", async () => {
    const plugins = [tracingPlugin('replay')];
    const bundle = await bundleWorkflows(plugins);
    expect(bundle.code).toContain('OpenTelemetryInboundInterceptor');
    expect(await replayed({ bundle, plugins })).toEqual(expectedFor(() => false));
  });
});

describe('a change of the workflow that running executions would not survive', () => {
  let copy = '';
  beforeAll(async () => {
    // Within the project, so that it finds the project's packages.
    copy = await mkdtemp(join(projectFolder, '.causeway', 'broken-workflow-'));
    await cp(join(projectFolder, 'src'), copy, { recursive: true });
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  const decideLine = /^.*await local\.decide\(.*\n/m;
  const enrichLine = /^ *if \(hasFacts\) \{\n/m;
  interface Change {
    what: string;
    file?:
      | 'gtm-event.ts'
      | 'gtm-batch.ts'
      | 'closing.ts'
      | 'lead-intake.ts'
      | 'erase-subject.ts'
      | 'apply-retention.ts'
      | 'compact-warehouse.ts';
    change: (source: string) => string;
    isDifferent: (path: string, name: string) => boolean;
  }

  it.each<Change>([
    {
      what: 'deciding before it looks up',
      change: (text) => text.replace(decideLine, '').replace(enrichLine, (line) => text.match(decideLine)?.[0] + line),
      isDifferent: (path) => path.includes('enrich') && !isBatch(path),
    },
    {
      what: 'leaving the effects out',
      change: (text) => text.replace('await act({ ...run, key })', "{ state: 'confirmed' }"),
      isDifferent: (path) =>
        !isLead(path) && !isErasure(path) && (path.includes('act,') || / act (x|failed|canceled)/.test(path)),
    },
    {
      what: 'asking no model',
      change: (text) =>
        text.replace('proposed.consult ? await consultModel(run, proposed.consult) : proposed', 'proposed'),
      isDifferent: (path) => path.includes('consult'),
    },
    {
      what: 'freeing the lane without waiting for the lease',
      file: 'closing.ts',
      change: (text) => text.replace(/^ *await sleep\(.*\n/m, ''),
      isDifferent: (path) => path.includes('wait') && !isErasure(path),
    },
    {
      what: 'not finishing',
      change: (text) => text.replace(/^.*nonCancellable\(\(\) => finish\(.*\n/m, ''),
      isDifferent: (path) => path.includes('finish') && !isLead(path) && !isErasure(path),
    },
    {
      what: 'reporting nothing',
      change: (text) => text.replace(/^ *report\(.*\n/m, ''),
      isDifferent: (path) => !isBatch(path) && !isLead(path) && !isErasure(path) && !isScheduled(path),
    },
    {
      what: 'handing a lead to nobody',
      file: 'lead-intake.ts',
      change: (text) => text.replace(/^ *await allOf\(captured\.inLane.*\n/m, ''),
      isDifferent: isLead,
    },
    {
      what: 'erasing without a look for what is left',
      file: 'erase-subject.ts',
      change: (text) => text.replace('await verifyErasure(run, call)', '{ stores: [] }'),
      isDifferent: (path) => path.includes('verifyErasure'),
    },
    {
      what: 'telling nobody of an erasure',
      file: 'erase-subject.ts',
      change: (text) => text.replace(/^ *\.\.\.effects\.map\(.*\n/m, ''),
      isDifferent: (path) => isErasure(path) && path.includes(' act'),
    },
    {
      what: 'keeping what is too old',
      file: 'apply-retention.ts',
      change: (text) => text.replace(/^ *await takeAll\(.*\n/m, ''),
      isDifferent: (_path, name) => name.startsWith('retention-'),
    },
    {
      what: 'compacting nothing',
      file: 'compact-warehouse.ts',
      change: (text) => text.replace('return compactDays({ to, timeoutMs })', 'return { days: to.length }'),
      isDifferent: (_path, name) => name.startsWith('compaction-'),
    },
    {
      what: 'deciding a batch that was not looked up',
      file: 'gtm-batch.ts',
      change: (text) => text.replace(/^ *await enrichBatch\(.*\n/m, ''),
      isDifferent: (path) => path.includes('enrichBatch'),
    },
    {
      what: 'leaving the events of a batch open',
      file: 'gtm-batch.ts',
      change: (text) => text.replace(/await CancellationScope\.nonCancellable\([^]*?\n {4}\);/, '{ events: 0 };'),
      isDifferent: (path) => path.includes('endBatch'),
    },
  ])('is caught: $what', async ({ file = 'gtm-event.ts', change, isDifferent }) => {
    const original = join(projectFolder, 'src', 'workflows', file);
    const source = await readFile(original, 'utf8');
    const changed = change(source);
    expect(changed).not.toBe(source);
    await cp(join(projectFolder, 'src', 'workflows'), join(copy, 'workflows'), { recursive: true });
    await writeFile(join(copy, 'workflows', file), changed);
    const bundle = await bundleWorkflows([], join(copy, 'workflows', 'index.ts'));
    expect(await replayed({ bundle, plugins: [] })).toEqual(expectedFor(isDifferent));
  });
});
