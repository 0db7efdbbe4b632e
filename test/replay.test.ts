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

/** What became of the recorded histories, by their names; with `workflowType` only of those that it left. */
async function replayed(
  options: Parameters<typeof replayHistories>[1],
  workflowType?: string,
): Promise<Record<string, string>> {
  const chosen = [...histories].filter(
    ([, history]) => workflowType === undefined || history.workflowType === workflowType,
  );
  const results = await replayHistories(
    chosen.map(([, history]) => history),
    options,
  );
  return Object.fromEntries(chosen.map(([name], index) => [name, results[index]?.result ?? 'missing']));
}

const allTheSame = Object.fromEntries(Object.keys(paths).map((name) => [name, 'same']));

describe('the recorded histories', () => {
  it('show every path that a workflow can take', () => {
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
      // Queues are named after a process and its machine, errors quote files, and providers know names and addresses.
      const told = [text.replaceAll('@temporalio/worker@', ''), ...payloads].join('\n').match(suspicious) ?? [];
      expect(told).toEqual([]);
    }
  });
  const suspicious =
    /\w+@\w+.*|node_modules.*|file:.*|(?:stalled|contested) deal|\.example\b|nordlicht|meridien|pia personal|olga|okafor/gi;

  it("replay in today's code", async () => {
    const bundle = { codePath: inject('workflowBundlePath') };
    expect(await replayed({ bundle, plugins: [] })).toEqual(allTheSame);
  });

  it("replay in today's code with tracing on, whether they were traced or not", async () => {
    const plugins = [tracingPlugin('replay')];
    const bundle = await bundleWorkflows(plugins);
    expect(bundle.code).toContain('OpenTelemetryInboundInterceptor');
    expect(await replayed({ bundle, plugins })).toEqual(allTheSame);
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
  const workflows = {
    'apply-retention.ts': 'applyRetention',
    'buyer-group-refresh.ts': 'buyerGroupRefresh',
    'company-refresh.ts': 'companyRefresh',
    'compact-warehouse.ts': 'compactWarehouse',
    'erase-subject.ts': 'eraseSubject',
    'gtm-batch.ts': 'gtmBatch',
    'gtm-event.ts': 'gtmEvent',
    'lead-intake.ts': 'leadIntake',
    'person-change.ts': 'personChange',
  };
  interface Change {
    what: string;
    /** What `closing.ts` has is part of several workflows. */
    file?: keyof typeof workflows | 'closing.ts';
    change: (source: string) => string;
    /** Of the histories that the workflow of the file left. Without it: all of them. */
    isDifferent?: (path: string, name: string) => boolean;
  }

  it.each<Change>([
    {
      what: 'deciding before it looks up',
      change: (text) => text.replace(decideLine, '').replace(enrichLine, (line) => text.match(decideLine)?.[0] + line),
      isDifferent: (path) => path.includes('enrich'),
    },
    {
      what: 'leaving the effects out',
      change: (text) => text.replace('await act({ ...run, key })', "{ state: 'confirmed' }"),
      isDifferent: (path) => path.includes(' act'),
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
      isDifferent: (path) => path.includes('finish, wait'),
    },
    {
      what: 'not finishing',
      file: 'closing.ts',
      change: (text) => text.replace(/^.*nonCancellable\(\(\) => close\(.*\n/m, ''),
      isDifferent: (path) => path.includes('finish'),
    },
    {
      what: 'reporting nothing',
      file: 'closing.ts',
      change: (text) => text.replace(/^ *report\(.*\n/m, ''),
      isDifferent: (_path, name) => !/^(batch|company|compaction|retention)-/.test(name),
    },
    {
      what: 'handing a lead to nobody',
      file: 'lead-intake.ts',
      change: (text) => text.replace(/^ *await allOf\(captured\.inLane.*\n/m, ''),
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
      isDifferent: (path) => path.includes(' act'),
    },
    {
      what: 'keeping what is too old',
      file: 'apply-retention.ts',
      change: (text) => text.replace(/^ *await takeAll\(.*\n/m, ''),
    },
    {
      what: 'compacting nothing',
      file: 'compact-warehouse.ts',
      change: (text) => text.replace('return compactDays({ to, timeoutMs })', 'return { days: to.length }'),
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
    {
      what: 'reading no notice',
      file: 'person-change.ts',
      change: (text) => text.replace('(await readChange(run)).state', "'read'"),
      isDifferent: (path) => path.includes('readChange'),
    },
    {
      what: 'recording no change',
      file: 'person-change.ts',
      change: (text) =>
        text.replace('await local.recordChange(run);', "{ state: 'recorded', outcome: 'acted', jobIds: [] };"),
      isDifferent: (path) => path.includes('recordChange'),
    },
    {
      what: 'asking at every level how people are reached',
      file: 'buyer-group-refresh.ts',
      change: (text) => text.replace("level === 'identify' || ", ''),
      isDifferent: (path) => /discoverMembers, scoreMembers, saveGroup, planNotice/.test(path),
    },
    {
      what: 'judging only once who has a part',
      file: 'buyer-group-refresh.ts',
      change: (text) => text.replace(/^ *await local\.scoreMembers\(run\);\n/m, ''),
      isDifferent: (path) => path.includes('enrichMembers'),
    },
    {
      what: 'going on with a company that is another one',
      file: 'buyer-group-refresh.ts',
      change: (text) => text.replace(/^ *if \(resolved\?\.state.*\n/m, ''),
      isDifferent: (path) => path.includes('resolveCompany, closeRefresh, finish: COMPLETED'),
    },
    {
      what: 'noting no gap',
      file: 'buyer-group-refresh.ts',
      change: (text) => text.replace(/^ *await local\.noteGap\(.*\n/m, ''),
      isDifferent: (path) => path.includes('noteGap'),
    },
    {
      what: 'telling nobody of a group',
      file: 'buyer-group-refresh.ts',
      change: (text) => text.replace(/^ *await allOf\(.*\n/m, ''),
      isDifferent: (path) => path.includes(' act'),
    },
    {
      what: 'not closing the refresh',
      file: 'buyer-group-refresh.ts',
      change: (text) => text.replace(/^ *await local\.closeRefresh\(.*\n/m, ''),
      isDifferent: (path) => path.includes('closeRefresh'),
    },
    {
      what: "having no timer for a company's hour",
      file: 'company-refresh.ts',
      change: (text) => text.replace(/^.*void coolDown\(.*\n/m, ''),
      isDifferent: (path, name) => path.includes('wait') && name !== 'company-taken-over',
    },
    {
      what: 'not waiting until a refresh may begin',
      file: 'company-refresh.ts',
      change: (text) => text.replace('await condition(isSo, Math.max(1, waitMs))', 'await condition(isSo)'),
      isDifferent: (_path, name) =>
        ['company-again', 'company-canceled', 'company-in-turn', 'company-taken-over'].includes(name),
    },
    {
      what: 'leaving the timer of the hour to itself when it is canceled',
      file: 'company-refresh.ts',
      change: (text) => text.replace('if (!isCancellation(error)) throw error;', 'throw error;'),
      isDifferent: (_path, name) => name === 'company-canceled',
    },
    {
      what: 'not going on as another run',
      file: 'company-refresh.ts',
      change: (text) => text.replace(/^.*await continueAsNew.*\n/m, ''),
      isDifferent: (path) => path.includes('CONTINUED_AS_NEW'),
    },
  ])('is caught: $what', async ({ file = 'gtm-event.ts', change, isDifferent = () => true }) => {
    const original = join(projectFolder, 'src', 'workflows', file);
    const source = await readFile(original, 'utf8');
    const changed = change(source);
    expect(changed).not.toBe(source);
    await cp(join(projectFolder, 'src', 'workflows'), join(copy, 'workflows'), { recursive: true });
    await writeFile(join(copy, 'workflows', file), changed);
    const bundle = await bundleWorkflows([], join(copy, 'workflows', 'index.ts'));
    const results = Object.entries(
      await replayed({ bundle, plugins: [] }, file === 'closing.ts' ? undefined : workflows[file]),
    );
    expect(results.length).toBeGreaterThan(0);
    // Local steps are told apart by their number alone: one that gets the answer of another may not be able to go on with it.
    const caught = results.flatMap(([name, result]) => (result === 'same' ? [] : [name]));
    const expected = results.flatMap(([name]) => (isDifferent(pathNamed.get(name) ?? '', name) ? [name] : []));
    expect(caught).toEqual(expected);
  });
  const pathNamed = new Map<string, string>(Object.entries(paths));
});
