import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { childEnvironment } from '../../src/config/environment.ts';
import type { SearchPort } from '../../src/connectors/ports.ts';
import { runAlone } from '../../src/db/alone.ts';
import { createSearchIndex } from '../../src/operations/search-index.ts';
import { type Causeway, startCauseway } from '../causeway.ts';
import { askEngine, call, newAlias, searchOver, versioned } from './documents.ts';
import { find, idsOf, indexed, lead, send } from './leads.ts';

/** Protects a rebuild of the index: all leads are in the new one, those that came meanwhile too, and none that was erased. */

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let causeway: Causeway;
let alias: string;
let search: SearchPort;
beforeAll(async () => {
  alias = newAlias();
  search = searchOver(alias);
  causeway = await startCauseway({ environment: { SEARCH_URL: inject('searchUrl'), SEARCH_INDEX: alias } });
});
afterAll(() => causeway.close());

const rebuilding = 'a rebuild of the search index';
const operations = (engine: SearchPort = search) =>
  createSearchIndex({
    queries: causeway.queries,
    search: engine,
    alone: (work) => runAlone(causeway.configuration.DATABASE_URL, rebuilding, work, 1_000),
  });

const erase = async (id: string) => {
  await causeway.queries.execute(sql`delete from leads where id = ${id}`);
  await search.erase([id], call);
};

/** The same engine, with something that happens once before one of its methods. */
function before(method: 'fillIndex' | 'adoptIndex' | 'listIds', happen: () => Promise<unknown>): SearchPort {
  let isDone = false;
  const first = async () => {
    if (isDone) return;
    isDone = true;
    await happen();
  };
  return {
    ...search,
    fillIndex: async (...given) => (method === 'fillIndex' && (await first()), search.fillIndex(...given)),
    adoptIndex: async (...given) => (method === 'adoptIndex' && (await first()), search.adoptIndex(...given)),
    listIds: async (...given) => (method === 'listIds' && (await first()), search.listIds(...given)),
  };
}

function causewayCli(...args: string[]) {
  const { DATABASE_URL, SEARCH_URL = '', SEARCH_INDEX } = causeway.configuration;
  const env = childEnvironment({ DATABASE_URL, SEARCH_URL, SEARCH_INDEX });
  const program = join(import.meta.dirname, '..', '..', 'src', 'main', 'cli.ts');
  return new Promise<{ code: number; out: string; error: string }>((resolve) => {
    execFile(process.execPath, [program, 'search', ...args], { env, timeout: 50_000 }, (error, out, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, out: out.trim(), error: stderr.trim() }),
    );
  });
}

describe('a rebuild', () => {
  it('from an index that lost everything, or has what it should not, makes one of what PostgreSQL has', async () => {
    const ids = await send(causeway, [lead(), lead(), lead()]);
    await indexed(causeway, ids);
    await search.erase(ids, call);
    const stray = versioned();
    await search.index(stray, call);
    const { index, leads } = await operations().rebuild();
    expect(leads).toBe(3);
    expect(await search.status(call)).toMatchObject({ index, documents: 3 });
    expect(new Set(await search.holds([...ids, stray.document.id], call))).toEqual(new Set(ids));
    expect((await askEngine(`${alias}-v1`)).status).toBe(404);
  });

  it('loses no lead of those that are captured in its every moment', async () => {
    const sent: string[] = [];
    const state = { isDone: false };
    const sending = (async () => {
      while (!state.isDone) sent.push(...(await send(causeway, [lead(), lead()])));
    })();
    for (let turn = 0; turn < 5; turn += 1) await operations().rebuild();
    state.isDone = true;
    await sending;
    await indexed(causeway, sent);
    expect(sent.length).toBeGreaterThan(10);
    expect(new Set(await search.holds(sent, call))).toEqual(new Set(sent));
  });

  it('has what went to the old index alone, since it was captured when its row would have been read', async () => {
    let late: string[] = [];
    await operations(
      before('adoptIndex', async () => {
        late = await send(causeway, [lead()]);
        await indexed(causeway, late);
      }),
    ).rebuild();
    expect(await search.holds(late, call)).toEqual(late);
  });

  it.each(['fillIndex', 'adoptIndex', 'listIds'] as const)(
    'does not bring back who is erased before %s',
    async (method) => {
      const [id = ''] = await send(causeway, [lead()]);
      await indexed(causeway, [id]);
      await operations(before(method, () => erase(id))).rebuild();
      expect(await search.holds([id], call)).toEqual([]);
    },
  );

  it('takes out whose row went without a word to the engine', async () => {
    const [id = ''] = await send(causeway, [lead()]);
    await indexed(causeway, [id]);
    const gone = () => causeway.queries.execute(sql`delete from leads where id = ${id}`);
    const { removed } = await operations(before('adoptIndex', gone)).rebuild();
    expect(removed).toBe(1);
    expect(await search.holds([id], call)).toEqual([]);
  });

  it('that failed leaves the old index in use, and the next one removes what it left', async () => {
    const former = await search.status(call);
    const failing = { ...search, adoptIndex: () => Promise.reject(new Error('the engine went away')) };
    await expect(operations(failing).rebuild()).rejects.toThrow('went away');
    expect(await search.status(call)).toMatchObject({ index: former.index });
    const { index } = await operations().rebuild();
    expect(Object.keys(JSON.parse((await askEngine(`${alias}-v*`)).body))).toEqual([index]);
  });

  it('does not run beside another', async () => {
    let second: unknown;
    await operations(
      before('adoptIndex', async () => {
        second = await operations()
          .rebuild()
          .catch((error: unknown) => error);
      }),
    ).rebuild();
    expect(second).toMatchObject({ message: `${rebuilding} is running already` });
  });
});

describe('the command', () => {
  it('shows how the index stands, and builds it anew', async () => {
    const [id = ''] = await send(causeway, [lead({ message: 'unmistakable' })]);
    await indexed(causeway, [id]);
    await search.erase([id], call);
    const rebuilt = await causewayCli('rebuild');
    expect(rebuilt).toMatchObject({ code: 0, error: '' });
    expect(rebuilt.out).toMatch(new RegExp(`^${alias}-v\\d+ is searched now: \\d+ leads`));
    expect(idsOf(await find(causeway, { q: 'unmistakable' }))).toEqual([id]);
    const { out } = await causewayCli('--json');
    const { leads, documents } = JSON.parse(out);
    expect(documents).toBe(leads);
    expect((await causewayCli()).out).toMatch(/^engine {5}OpenSearch 2\.19\.\d\nindex/);
  });

  it.each([[['rebuild', 'x']], [['elsewhere']]])('called with %j says what to say', async (args) => {
    expect(await causewayCli(...args)).toMatchObject({ code: 2, error: expect.stringContaining("'search rebuild'") });
  });
});
