import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventWorkflowId } from '../src/domain/ids.ts';
import { receiptsOf } from '../src/main/stores.ts';
import type { Causeway } from './causeway.ts';
import { erase, erased, operator, scanOf, sendLead, somebody, textsOf } from './erasing.ts';
import { eventually } from './eventually.ts';
import { postProduct, productEvent, startWithProduct } from './product-events.ts';
import { contestedDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';

/** Protects persons: who asks to be erased is gone from every store and from everybody who was told, and stays so. */

vi.setConfig({ testTimeout: 90_000 });

let causeway: Causeway;
let folder: string;
let scan: ReturnType<typeof scanOf>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-erasure-'));
  causeway = await startWithProduct('{maxWaitSeconds: 0}', {
    environment: { WAREHOUSE_PATH: folder, EFFECT_CALL_TIMEOUT_MS: '10000' },
  });
  scan = scanOf(causeway);
});
afterAll(async () => {
  await causeway.close();
  await rm(folder, { recursive: true, force: true });
});

const portal = 48_975_575;
const captured = async (lead: object): Promise<string> => {
  const id = await sendLead(causeway, lead);
  expect(await causeway.finished(id)).toMatchObject({ outcome: 'captured' });
  await eventually('the copy is in the warehouse', async () => {
    const { actions } = await causeway.read(id);
    return actions.find(({ type }) => type === 'store_lead')?.effect.state === 'confirmed' ? true : undefined;
  });
  return id;
};
const accepted = async (events: unknown[]): Promise<string> => (await causeway.post(events)).body.events[0]?.id ?? '';
const removed = ({ stores }: Awaited<ReturnType<typeof erase>>) =>
  Object.fromEntries(stores.map(({ name, removed: count }) => [name, count]));
const toldOf = async () => JSON.stringify(await causeway.sandbox.effects());

describe('a person who is erased', () => {
  it('is gone from every store and from everybody who was told, and a receipt says so', async () => {
    const lead = somebody();
    const contactId = newId();
    await captured(lead);
    await captured({ ...lead, idempotency_key: `second-${contactId}`, email: lead.email.toLowerCase() });
    const contact = { email: lead.email, firstname: lead.first_name, lastname: lead.last_name };
    await causeway.sandbox.put('contacts', String(contactId), contact);
    const change = { subscriptionType: 'contact.propertyChange', propertyName: 'email', propertyValue: lead.email };
    await causeway.finished(await accepted([dealChange(contactId, change)]));
    const dealId = newId();
    await causeway.sandbox.put('deals', String(dealId), stalledDeal(), { contacts: [String(contactId)] });
    const naming = await accepted([dealChange(dealId)]);
    expect(await causeway.finished(naming)).toMatchObject({ outcome: 'acted' });
    await causeway.sandbox.put('deals', String(dealId), contestedDeal(), { contacts: [String(contactId)] });
    await causeway.finished(await accepted([dealChange(dealId)]));
    await sendLead(causeway, { ...somebody(), message: `ask ${lead.email}`, colour: lead.last_name });
    expect(Object.keys((await scan(textsOf(lead))).found).toSorted()).toEqual([
      'decisions.sealed',
      'effects.address_sealed',
      'events.facts_sealed',
      'events.sealed',
      'facts_cache.sealed',
      'public.leads',
      'schema_violations.sealed',
      'warehouse',
    ]);

    const erasure = await erase(causeway, { email: lead.email.toUpperCase() });
    expect(erasure).toMatchObject({ state: 'done', failure: null, requestedBy: 'operator (http)' });
    expect(removed(erasure)).toMatchObject({ events: 5, leads: 2, warehouse: 2, schema_violations: 1 });
    expect((await scan(textsOf(lead))).found).toEqual({});
    const told = await toldOf();
    for (const text of [...textsOf(lead), lead.email.toLowerCase()]) expect(told).not.toContain(text);
    expect(await causeway.sandbox.calls('hubspot', 'contacts.gdprDelete')).toBeGreaterThan(0);
    expect(await causeway.sandbox.calls('gmail', 'drafts.delete')).toBe(1);
    expect(await causeway.sandbox.calls('slack', 'chat.delete')).toBe(0);
    expect(await causeway.read(naming)).toMatchObject({ state: 'done', outcome: 'acted' });

    const receipts = receiptsOf(causeway.configuration);
    const told2 = { tell_marketing_of_erasure: 1, tell_assistant_of_erasure: 1, delete_draft: 1 };
    expect(await receipts.verify(erasure.receipt ?? '')).toMatchObject({
      erasure: erasure.id,
      told: told2,
      verified: { found: 0 },
    });
    const [header, body = '', signature] = (erasure.receipt ?? '').split('.');
    const forged = Buffer.from(body, 'base64url').toString().replace('"found":0', '"found":1');
    const changed = [header, Buffer.from(forged).toString('base64url'), signature].join('.');
    await expect(receipts.verify(changed)).rejects.toThrow('signature');
  });

  it('is not brought back by what is delivered again, or late; only by what happens later', async () => {
    const lead = somebody();
    const contactId = newId();
    const happenedAt = Date.now();
    const id = await captured(lead);
    expect(await erase(causeway, { id })).toMatchObject({ state: 'done' });
    expect(await sendLead(causeway, lead)).toBe(id);
    const late = await sendLead(causeway, {
      ...lead,
      idempotency_key: `late-${contactId}`,
      occurred_at: new Date(happenedAt).toISOString(),
    });
    const nowhere = { workflow: { id: '' } };
    expect(await causeway.read(late)).toMatchObject({ state: 'done', outcome: 'erased', decision: null, ...nowhere });
    const change = { subscriptionType: 'contact.propertyChange', propertyName: 'email', propertyValue: lead.email };
    const changed = await accepted([dealChange(contactId, { ...change, occurredAt: happenedAt })]);
    expect(await causeway.read(changed)).toMatchObject({ outcome: 'erased', ...nowhere });
    expect((await scan(textsOf(lead))).found).toEqual({});

    const back = await captured({ ...lead, idempotency_key: `back-${contactId}` });
    const erasure = await erase(causeway, { email: lead.email });
    expect(removed(erasure)).toMatchObject({ leads: 1, events: 1 });
    expect(await causeway.read(back)).toMatchObject({ outcome: 'captured', decision: null });
  });

  it('is not read from the CRM again either, while it still has them', async () => {
    const lead = somebody();
    const [contactId, dealId] = [newId(), newId()];
    await captured(lead);
    await erase(causeway, { email: lead.email });
    await causeway.sandbox.put('contacts', String(contactId), { email: lead.email, firstname: lead.first_name });
    await causeway.sandbox.put('deals', String(dealId), stalledDeal(), { contacts: [String(contactId)] });
    const view = await causeway.finished(await accepted([dealChange(dealId)]));
    expect(view.decision?.facts.gaps).toEqual(['contact: HubSpotNotFound']);
    expect((await scan(textsOf(lead))).found).toEqual({});
    expect(await toldOf()).not.toContain(lead.first_name);
  });

  it('is found by every spelling of the address and of the number', async () => {
    const lead = somebody();
    const mailbox = `ada${newId()}`;
    await captured({ ...lead, email: `${mailbox}+news@gmail.com` });
    await captured({ ...lead, idempotency_key: `other-${mailbox}`, email: `A.${mailbox.slice(1)}@googlemail.com` });
    expect(removed(await erase(causeway, { email: `${mailbox}@gmail.com` }))).toMatchObject({ leads: 2 });
    const other = somebody();
    await captured({ ...other, phone: other.phone.replace('+49 30 ', '+49 (0) 30 ') });
    expect(removed(await erase(causeway, { phone: other.phone }))).toMatchObject({ leads: 1 });
  });

  it('takes nobody along who gave the same phone, unless it is the phone that is asked for', async () => {
    const ada = somebody();
    const bob = { ...somebody(), phone: ada.phone };
    await captured(ada);
    await captured(bob);
    const erasure = await erase(causeway, { email: ada.email });
    expect(erasure).toMatchObject({ state: 'done' });
    expect(removed(erasure)).toMatchObject({ leads: 1 });
    expect((await scan([bob.email])).found).toMatchObject({ 'public.leads': 1, 'events.sealed': 1 });
    expect(removed(await erase(causeway, { phone: bob.phone }))).toMatchObject({ leads: 1 });
    expect((await scan(textsOf(bob))).found).toEqual({});
  });

  it('takes nobody along who is the contact of a deal that they did something about', async () => {
    const [ada, bob] = [somebody(), somebody()];
    const [contactId, dealId] = [newId(), newId()];
    await captured(bob);
    await causeway.sandbox.put('contacts', String(contactId), { email: bob.email, firstname: bob.first_name });
    await causeway.sandbox.put('deals', String(dealId), contestedDeal(), { contacts: [String(contactId)] });
    const { events } = await postProduct(causeway, [
      productEvent('pricing.opened', { email: ada.email, deal: String(dealId) }),
    ]);
    await causeway.finished(events[0]?.id ?? '');
    await captured(ada);
    const before = (await causeway.sandbox.effects()).length;
    const erasure = await erase(causeway, { email: ada.email });
    expect(removed(erasure)).toMatchObject({ leads: 1, events: 2 });
    const added = JSON.stringify((await causeway.sandbox.effects()).slice(before));
    expect(added).not.toContain(bob.email);
    expect((await scan([bob.email])).found).toMatchObject({ 'public.leads': 1 });
  });

  it('is erased when the CRM says so, by the id of the contact', async () => {
    const { email } = somebody();
    const contactId = newId();
    const change = { subscriptionType: 'contact.propertyChange', propertyName: 'email', propertyValue: email };
    await causeway.finished(await accepted([dealChange(contactId, change)]));
    await captured({ ...somebody(), email });
    const deletion = { eventId: newId(), subscriptionId: 1, portalId: portal, appId: 2, occurredAt: Date.now() };
    const subscription = { subscriptionType: 'contact.privacyDeletion', attemptNumber: 0, objectId: contactId };
    const id = await accepted([{ ...deletion, ...subscription }]);
    const erasure = await erased(causeway, id);
    expect(erasure).toMatchObject({ state: 'done', requestedBy: 'hubspot' });
    expect(removed(erasure)).toMatchObject({ leads: 1, events: 2 });
    expect((await scan([email])).found).toEqual({});
  });
});

describe('what runs for the person', () => {
  it('is ended, what waits is never begun, and the lane is free again', async () => {
    const lead = somebody();
    const slow = { connector: 'marketing', fault: 'slow', delayMs: 5_000 } as const;
    await causeway.sandbox.fault(slow);
    const running = await sendLead(causeway, lead);
    await eventually('the lead runs', async () =>
      (await causeway.read(running)).state === 'running' ? true : undefined,
    );
    const waiting = await sendLead(causeway, { ...lead, idempotency_key: `waiting-${lead.idempotency_key}` });
    const erasure = await erase(causeway, { email: lead.email });
    expect(erasure).toMatchObject({ state: 'done' });
    const began = { id: expect.stringMatching(/^evt:/), runId: expect.any(String) };
    expect(await causeway.read(running)).toMatchObject({ state: 'done', outcome: 'erased', workflow: began });
    const never = { actions: [], workflow: { id: '' } };
    expect(await causeway.read(waiting)).toMatchObject({ state: 'done', outcome: 'erased', ...never });
    expect((await scan(textsOf(lead))).found).toEqual({});
    expect(await toldOf()).not.toContain(lead.email);
    await captured({ ...lead, idempotency_key: `back-${lead.idempotency_key}` });
  });
});

describe('an erasure that meets trouble', () => {
  it('clears all it can while a receiver refuses, stays visible, and is done when it is run again', async () => {
    const lead = somebody();
    await captured(lead);
    await causeway.sandbox.fault({ connector: 'marketing', fault: 'status', status: 400 });
    const erasure = await erase(causeway, { email: lead.email });
    expect(erasure).toMatchObject({ state: 'failed', failure: { class: 'MarketingRejected' }, receipt: null });
    expect((await scan(textsOf(lead))).found).toMatchObject({ 'events.facts_sealed': 1, 'events.sealed': 1 });
    await operator(causeway, 'POST', '/ops/redrives', { eventIds: [erasure.id] });
    expect(await erased(causeway, erasure.id)).toMatchObject({ state: 'done', failure: null });
    expect((await scan(textsOf(lead))).found).toEqual({});
  });

  it('waits for a receiver that is away', async () => {
    const lead = somebody();
    await captured(lead);
    await causeway.sandbox.fault({ connector: 'assistant', fault: 'status', status: 503, times: 2 });
    expect(await erase(causeway, { email: lead.email })).toMatchObject({ state: 'done' });
    expect(await toldOf()).not.toContain(lead.email);
  });

  it.each([
    { what: 'the keys', table: 'subject_keys', store: 'subject_keys' },
    { what: 'the leads', table: 'leads', store: 'leads' },
  ])('is not done as long as $what are still there', async ({ table, store }) => {
    const lead = somebody();
    await captured(lead);
    await causeway.queries.execute(
      sql.raw(`
      create or replace function keep() returns trigger language plpgsql as 'begin return null; end';
      create trigger kept before delete on ${table} for each row execute function keep()`),
    );
    onTestFinished(async () => {
      await causeway.queries.execute(sql.raw(`drop trigger kept on ${table}`));
    });
    const erasure = await erase(causeway, { email: lead.email });
    expect(erasure).toMatchObject({ state: 'failed', failure: { class: 'ResidueFound' }, receipt: null });
    expect(erasure.failure?.message).toContain(`${store} (1)`);
    expect(erasure.failure?.message).not.toContain(lead.email);
  });

  it('is not done as long as a history says who it was', async () => {
    const lead = somebody();
    const id = await captured(lead);
    const { rows } = await causeway.queries.execute<{ keyHash: string }>(
      sql`update events set generation = 1 where id = ${id} returning key_hash as "keyHash"`,
    );
    // Nobody works on this queue: what it was started with is all that its history says.
    await causeway.client.workflow.start('gtmEvent', {
      workflowId: eventWorkflowId(rows[0]?.keyHash ?? '', 1),
      taskQueue: 'nobody',
      args: [{ eventId: id, person: lead.email }],
    });
    const erasure = await erase(causeway, { email: lead.email });
    expect(erasure).toMatchObject({ state: 'failed', failure: { class: 'ResidueFound' } });
    expect(erasure.failure?.message).toContain('histories (1)');
  });
});

describe('whoever asks for an erasure', () => {
  it('is told when the id is of nobody', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    await expect(erase(causeway, { id: unknown })).rejects.toThrow('404');
    const dealId = newId();
    await causeway.sandbox.put('deals', String(dealId), contestedDeal());
    const id = await accepted([dealChange(dealId)]);
    await causeway.finished(id);
    await expect(erase(causeway, { id })).rejects.toThrow('not_a_person');
    await expect(erase(causeway, { email: 'a@b.example', phone: '1234' })).rejects.toThrow('exactly one of');
  });

  it('gets a receipt for somebody who was never known, too', async () => {
    const erasure = await erase(causeway, { email: somebody().email });
    expect(erasure).toMatchObject({ state: 'done' });
    expect(erasure.receipt).not.toBeNull();
  });
});
