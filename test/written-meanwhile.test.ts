import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeBatchFacts } from '../src/db/batch-steps.ts';
import { claimIntent } from '../src/db/effects.ts';
import { readForDecision, storeFacts } from '../src/db/event-steps.ts';
import { beginModelCall, endModelCall } from '../src/db/model-calls.ts';
import { type ErasureWorld, type KnownBy, openErasureWorld } from './beside-erasure.ts';

/** Protects whoever is erased in the very moment in which something about them is written: it is not, or the erasure takes it along. */

let world: ErasureWorld;
beforeAll(async () => {
  world = await openErasureWorld();
});
afterAll(() => world.close());

const sealed = Buffer.from('sealed');
const runOf = (eventId: string) => ({ eventId, generation: 0 });

/** An open event about something else, whose facts name somebody. */
async function naming({ alias }: KnownBy): Promise<string> {
  const id = await world.addEvent();
  await storeFacts(world.queries, runOf(id), sealed, { aliases: [alias] });
  return id;
}

const claim = (eventId: string) =>
  claimIntent(
    world.queries,
    runOf(eventId),
    {
      key: `${eventId}:draft`,
      action: 'draft',
      targetId: '1',
      priority: 'low',
      addressSealed: sealed,
      leaseMs: 60_000,
    },
    null,
  );

describe('an effect that would reach somebody', () => {
  it('whom its facts name is not claimed while they are erased', async () => {
    const ada = await world.addPerson();
    const event = await naming(ada);
    expect(await world.during(ada.alias, 'erased_subjects', () => claim(event))).toBe(false);
  });

  it('is not claimed once an erasure has seen what they were given', async () => {
    const ada = await world.addPerson();
    const event = await world.addEvent(ada.keyId);
    expect(await world.during(ada.alias, 'events', () => claim(event))).toBe(false);
  });

  it('is claimed while somebody else is erased', async () => {
    const [ada, bob] = [await world.addPerson(), await world.addPerson()];
    const event = await naming(ada);
    expect(await world.during(bob.alias, 'erased_subjects', () => claim(event))).toBe(true);
  });
});

const factsOf = async (id: string) =>
  (await world.rowsOf(sql`select facts_sealed as facts from events where id = ${id}`))[0];

describe('what was looked up for an event of somebody', () => {
  it('is not kept when they are erased meanwhile', async () => {
    const ada = await world.addPerson();
    const event = await world.addEvent(ada.keyId);
    await world.during(ada.alias, 'erased_subjects', () =>
      storeFacts(world.queries, runOf(event), sealed, { aliases: [] }),
    );
    expect(await factsOf(event)).toEqual({ facts: null });
  });

  it('is not kept of an event in a batch either', async () => {
    const [ada, batchId] = [await world.addPerson(), randomUUID()];
    const event = await world.addEvent(ada.keyId);
    await world.queries.execute(sql`update events set batch_id = ${batchId}, batched = true where id = ${event}`);
    await world.during(ada.alias, 'erased_subjects', () =>
      storeBatchFacts(world.queries, batchId, [{ id: event, sealed, people: [] }]),
    );
    expect(await factsOf(event)).toEqual({ facts: null });
  });
});

const ask = (eventId: string, id: string = randomUUID()) =>
  beginModelCall(world.queries, runOf(eventId), {
    id,
    model: 'a model',
    promptHash: 'hash',
    promptSealed: sealed,
    dailyLimit: 1_000,
  });
const answer = (id: string) =>
  endModelCall(world.queries, id, {
    verdict: 'accepted',
    confidence: 1,
    answerSealed: sealed,
    model: null,
    requestId: null,
    inputTokens: 1,
    outputTokens: 1,
    costMicrodollars: 1,
    latencyMs: 1,
  });

describe('a model', () => {
  it('is told nothing of somebody who is being erased', async () => {
    const ada = await world.addPerson();
    const event = await naming(ada);
    expect(await world.during(ada.alias, 'erased_subjects', () => ask(event))).toBe(false);
  });

  it('is told nothing by an event that named somebody who is erased now', async () => {
    const ada = await world.addPerson();
    const event = await naming(ada);
    expect(await readForDecision(world.queries, runOf(event))).toMatchObject({ namesErased: false });
    await (await world.beginErasure([ada.alias])).remove();
    expect(await readForDecision(world.queries, runOf(event))).toMatchObject({ namesErased: true });
    expect(await ask(event)).toBe(false);
  });

  it('whose answer comes after the erasure of whom it was asked about is paid for, and what it said is not kept', async () => {
    const [ada, call] = [await world.addPerson(), randomUUID()];
    const event = await world.addEvent(ada.keyId);
    expect(await ask(event, call)).toBe(true);
    await world.during(ada.alias, 'erased_subjects', () => answer(call));
    expect(
      await world.rowsOf(sql`
        select verdict, answer_sealed as answer, cost_microdollars::int as cost from model_calls where id = ${call}`),
    ).toEqual([{ verdict: 'accepted', answer: null, cost: 1 }]);
  });
});
