import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import { type Causeway, startCauseway } from '../causeway.ts';
import { erase, erased, operator, scanOf, sendLead, somebody, textsOf } from '../erasing.ts';
import { runServer } from '../running-sandbox.ts';
import { newAlias } from './documents.ts';
import { find, idsOf, indexed } from './leads.ts';

/** Protects persons from what the index keeps: who is erased is in no document, and an erasure that leaves one is not done. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

const deletion = z.object({ delete: z.object({ _id: z.string() }) });

/** The engine, which for as long as a test wants says that it deletes, and does not. */
async function startForgetfulEngine() {
  let isForgetful = false;
  const server = await runServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const lines = body
      .split('\n')
      .flatMap((line) => (line.startsWith('{"delete"') ? [deletion.parse(JSON.parse(line))] : []));
    if (isForgetful && lines.length > 0) {
      const items = lines.map(({ delete: { _id } }) => ({ delete: { _id, status: 200 } }));
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items }));
    }
    const { method = 'GET', url, headers } = request;
    const answer = await fetch(new URL(url ?? '', inject('searchUrl')), {
      method,
      headers: { 'content-type': headers['content-type'] ?? 'application/json' },
      ...(body !== '' && { body }),
    });
    const type = answer.headers.get('content-type');
    return response.writeHead(answer.status, type === null ? {} : { 'content-type': type }).end(await answer.text());
  });
  return {
    ...server,
    forgets: (value: boolean) => {
      isForgetful = value;
    },
  };
}

let engine: Awaited<ReturnType<typeof startForgetfulEngine>>;
let causeway: Causeway;
beforeAll(async () => {
  engine = await startForgetfulEngine();
  causeway = await startCauseway({ environment: { SEARCH_URL: engine.url, SEARCH_INDEX: newAlias() } });
});
afterAll(async () => {
  await causeway.close();
  await engine.close();
});

/** The id of a lead that is in the index. */
async function indexedLead(lead: object): Promise<string> {
  const id = await sendLead(causeway, lead);
  await indexed(causeway, [id]);
  return id;
}
const scan = (lead: ReturnType<typeof somebody>) => scanOf(causeway)(textsOf(lead));

it('a person who is erased is in the index no more, and all others are', async () => {
  const [gone, other] = [somebody(), somebody()];
  await indexedLead(gone);
  await indexedLead({ ...gone, idempotency_key: `again-${gone.idempotency_key}` });
  const stays = await indexedLead(other);
  expect((await scan(gone)).found).toMatchObject({ search: 2 });
  const erasure = await erase(causeway, { email: gone.email });
  expect(erasure).toMatchObject({ state: 'done' });
  expect(erasure.stores).toContainEqual({ name: 'search', removed: 2 });
  expect((await scan(gone)).found).toEqual({});
  expect((await scan(other)).found).toMatchObject({ search: 1 });
  expect(idsOf(await find(causeway, { q: other.last_name }))).toEqual([stays]);
});

it('an erasure is not done as long as the index has the person, and is when it is run again', async () => {
  const lead = somebody();
  await indexedLead(lead);
  engine.forgets(true);
  const erasure = await erase(causeway, { email: lead.email });
  expect(erasure).toMatchObject({ state: 'failed', failure: { class: 'ResidueFound' }, receipt: null });
  expect(erasure.failure?.message).toContain('search (1)');
  expect((await scan(lead)).found).toMatchObject({ search: 1 });
  engine.forgets(false);
  await operator(causeway, 'POST', '/ops/redrives', { eventIds: [erasure.id] });
  expect(await erased(causeway, erasure.id)).toMatchObject({ state: 'done', failure: null });
  expect((await scan(lead)).found).toEqual({});
});
