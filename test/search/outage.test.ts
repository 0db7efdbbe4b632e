import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Causeway, startCauseway } from '../causeway.ts';
import { newAlias } from './documents.ts';
import { type Engine, startEngine } from './engine.ts';
import { ask, find, idsOf, indexed, lead, send, stateOf } from './leads.ts';
import { eventually } from '../eventually.ts';

/** Protects leads from a search engine that is away: each is captured and done at once, and the index catches up by itself. */

vi.setConfig({ testTimeout: 150_000, hookTimeout: 150_000 });

let engine: Engine;
let causeway: Causeway;
beforeAll(async () => {
  engine = await startEngine('outage');
  causeway = await startCauseway({ environment: { SEARCH_URL: engine.url, SEARCH_INDEX: newAlias() } });
});
afterAll(async () => {
  await causeway.close();
  await engine.close();
});

it('leads that come while the engine is killed are captured, and are in the index when it is back, with those before', async () => {
  const [before = ''] = await send(causeway, [lead()]);
  await indexed(causeway, [before]);
  await engine.kill();
  const meanwhile = await send(causeway, [lead(), lead(), lead()]);
  for (const id of meanwhile) {
    expect(await causeway.finished(id)).toMatchObject({ state: 'done', outcome: 'captured', failure: null });
    expect(await stateOf(causeway, id)).toBe('intent');
  }
  const away = await ask(causeway, { q: 'ada' });
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);

  await engine.restart();
  await indexed(causeway, meanwhile, 120_000);
  const all = await eventually('all are found', async () => {
    const found = idsOf(await find(causeway, { q: 'ada' }));
    return found.length === 4 ? found : undefined;
  });
  expect(new Set(all)).toEqual(new Set([before, ...meanwhile]));
});
