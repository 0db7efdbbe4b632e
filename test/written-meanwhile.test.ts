import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeBatchFacts } from '../src/db/batch-steps.ts';
import { lockCompanies } from '../src/db/buyer-groups/lock-companies.ts';
import { mergeCompany } from '../src/db/buyer-groups/merge-company.ts';
import { joinTwins } from '../src/db/buyer-groups/twins.ts';
import { clearRows, countLeft } from '../src/db/clear-person.ts';
import { claimIntent } from '../src/db/effects.ts';
import { readForDecision, storeFacts } from '../src/db/event-steps.ts';
import { beginModelCall, endModelCall } from '../src/db/model-calls.ts';
import { inTransaction } from '../src/db/transaction.ts';
import { type ErasureWorld, type KnownBy, newAlias, openErasureWorld, somebodyWaits } from './beside-erasure.ts';

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

const addCompany = async (name: string | null = null): Promise<string> => {
  const id = randomUUID();
  await world.queries.execute(sql`insert into companies (id, tenant_id, name) values (${id}, 'default', ${name})`);
  return id;
};

const join = (companyId: string, from: KnownBy, to: KnownBy) =>
  joinTwins(
    world.queries,
    { id: randomUUID(), tenantId: 'default', companyId },
    { from: from.keyId, to: to.keyId, seal: () => Buffer.from('both'), titleSealed: null },
  );

async function twins() {
  const [ada, other, companyId] = [await world.addPerson(), await world.addPerson(), await addCompany()];
  for (const { keyId } of [ada, other])
    await world.queries.execute(
      sql`insert into people (id, tenant_id, sealed) values (${keyId}, 'default', ${sealed})`,
    );
  await world.queries.execute(sql`
    insert into buyer_group_members (company_id, person_id, sources) values (${companyId}, ${ada.keyId}, '{event}')`);
  return { ada, other, companyId };
}
const kept = async ({ keyId }: KnownBy) =>
  (
    await world.rowsOf(sql`
      select convert_from(sealed, 'UTF8') as known, (select count(*)::int from subject_aliases where key_id = p.id) as names,
        (select count(*)::int from buyer_group_members where person_id = p.id) as places from people p where id = ${keyId}`)
  )[0];

describe('two people who turn out to be one', () => {
  it('are one, with what is known of both, and found by the identifiers of both', async () => {
    const { ada, other, companyId } = await twins();
    await join(companyId, ada, other);
    expect(await kept(other)).toEqual({ known: 'both', names: 2, places: 1 });
  });

  it('stay two while one of them is erased: nothing of that one is kept under the name of the other', async () => {
    const { ada, other, companyId } = await twins();
    await world.during(ada.alias, 'erased_subjects', () => join(companyId, ada, other));
    expect(await kept(other)).toEqual({ known: 'sealed', names: 1, places: 0 });
  });
});

it('a company that is called by an address of somebody loses that name, also when it is merged meanwhile', async () => {
  const [email, alias] = [`${randomUUID()}@example.com`, newAlias()];
  const [from, to] = [await addCompany(email), await addCompany()];
  const { id: erasureId, remove } = await world.beginErasure([alias]);
  await remove();
  const person = { erasureId, tenantId: 'default', emails: [email], phones: [], aliases: [alias], objects: [] };
  const clearing = await inTransaction(world.queries, async (transaction) => {
    await lockCompanies(transaction, [from, to]);
    await mergeCompany(transaction, { from, to });
    const begun = clearRows(world.queries, person);
    await somebodyWaits(world.queries, 1);
    return { begun };
  });
  await clearing.begun;
  expect(await world.rowsOf(sql`select name from companies where id in (${from}, ${to})`)).toEqual([
    { name: null },
    { name: null },
  ]);
  expect((await countLeft(world.queries, person)).companies).toBe(0);
});

it('a group is one smaller by whoever was judged in it, whether a provider ever saw them or only an event told of them', async () => {
  const companyId = await addCompany();
  const [told, unjudged, seen] = [await world.addPerson(), await world.addPerson(), await world.addPerson()];
  const addMember = async ({ keyId }: KnownBy, because: string, lastSeenAt: string | null) => {
    await world.queries.execute(
      sql`insert into people (id, tenant_id, sealed) values (${keyId}, 'default', ${sealed})`,
    );
    await world.queries.execute(sql`
      insert into buyer_group_members (company_id, person_id, because, last_seen_at)
      values (${companyId}, ${keyId}, ${because}, ${lastSeenAt})`);
  };
  await addMember(told, 'a title that an event told', null);
  await addMember(unjudged, '', null);
  await addMember(seen, 'a title that a provider told', '2026-03-01T00:00:00Z');
  await world.queries.execute(sql`
    insert into buyer_groups (company_id, tenant_id, confidence, cohesion, members, is_partial, job_id, refreshed_at)
    values (${companyId}, 'default', 1, 1, 2, false, ${randomUUID()}, clock_timestamp())`);
  const left: unknown[] = [];
  for (const { alias } of [unjudged, told, seen]) {
    await (await world.beginErasure([alias])).remove();
    left.push(...(await world.rowsOf(sql`select members from buyer_groups where company_id = ${companyId}`)));
  }
  expect(left).toEqual([{ members: 2 }, { members: 1 }, { members: 0 }]);
});
