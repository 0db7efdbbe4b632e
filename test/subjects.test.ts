import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { createActions, erasureActions, leadActions } from '../src/actions/index.ts';
import { runCli } from '../src/cli/run-cli.ts';
import { subjectsCommand } from '../src/cli/subjects.ts';
import { receiverOf, subjectExport, type SubjectExport } from '../src/domain/subject-export.ts';
import { installationOf } from '../src/main/installation.ts';
import { hasherOf, keyringOf, tenantId } from '../src/main/stores.ts';
import { wireOperations } from '../src/main/wire-operations.ts';
import { createConsents } from '../src/operations/consents.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { erase, operator, sendLead, somebody } from './erasing.ts';
import { eventually } from './eventually.ts';
import { calmDeal, contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { postProduct, productEvent, startWithProduct } from './product-events.ts';

/** Protects persons: who asks what is held of them is given all of it, and nothing of anybody else. */

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const portalId = 48_975_575;
const lines: string[] = [];
let folder: string;
let causeway: Causeway;
const ada = somebody();
/** Shares the phone, as a household does. */
const bob = { ...somebody(), phone: ada.phone };
const owner = { email: `owner-${newId()}@example.com`, firstName: 'Olga' };
const contact = newId();
let ids: { adasLead: string; bobsLead: string; contactEvent: string; dealEvent: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-warehouse-'));
  causeway = await startCauseway({
    settings: 'modes: [{types: [contact.propertyChange], mode: model-first}]',
    environment: { WAREHOUSE_PATH: folder, LOG_LEVEL: 'debug' },
    logTo: { write: (line) => void lines.push(line) },
  });
  const { sandbox } = causeway;
  const [ownerId, deal] = [String(newId()), newId()];
  await sandbox.put('owners', ownerId, owner);
  await sandbox.put('contacts', String(contact), { email: ada.email.toLowerCase(), firstname: ada.first_name });
  const properties = { ...contestedDeal(), dealname: `Deal ${deal}`, hubspot_owner_id: ownerId };
  await sandbox.put('deals', String(deal), properties, { contacts: [String(contact)] });
  const adasLead = await sendLead(causeway, ada);
  const bobsLead = await sendLead(causeway, bob);
  const change = { subscriptionType: 'contact.propertyChange', propertyName: 'lifecyclestage', propertyValue: 'lead' };
  const posted = await causeway.post([dealChange(contact, change), dealChange(deal)]);
  const [contactEvent = '', dealEvent = ''] = posted.body.events.map(({ id }) => id);
  ids = { adasLead, bobsLead, contactEvent, dealEvent };
  for (const id of Object.values(ids)) await causeway.finished(id);
  await eventually('both leads are in the warehouse', async () => {
    const { rows } = await causeway.queries.execute(
      sql`select from effects where action = 'store_lead' and state = 'confirmed'`,
    );
    return rows.length === 2 ? true : undefined;
  });
  const consents = createConsents({
    queries: causeway.queries,
    hasher: hasherOf(causeway.configuration),
    tenantId,
  });
  await consents.record({ email: ada.email, purpose: 'outreach', granted: true, source: 'webform' });
});
afterAll(async () => {
  await causeway.close();
  await rm(folder, { recursive: true, force: true });
});

async function exported(whom: object): Promise<SubjectExport> {
  const { status, answer } = await operator(causeway, 'POST', '/ops/subjects', whom);
  expect(status).toBe(200);
  return subjectExport.parse(answer);
}

const reasonOf = (answer: unknown) => z.object({ reason: z.string() }).parse(answer).reason;

describe('what a person is given who asks what is held of them', () => {
  it.each([
    ['e-mail, in any letter case', () => ({ email: ada.email.toUpperCase() })],
    ['id of a lead', () => ({ id: ids.adasLead })],
    ['id of an event', () => ({ id: ids.contactEvent })],
    ['id at HubSpot', () => ({ id: `hubspot:${portalId}:${contact}` })],
  ])('is everything, asked by the %s', async (_by, whom) => {
    const all = await exported(whom());
    expect(all.cut).toBe(false);
    expect(all.leads).toMatchObject([
      { id: ids.adasLead, email: ada.email, first_name: ada.first_name, message: ada.message, consent: true },
    ]);
    expect(all.events.map(({ id }) => id).toSorted()).toEqual([ids.adasLead, ids.contactEvent].toSorted());
    const lead = all.events.find(({ id }) => id === ids.adasLead);
    expect(lead).toMatchObject({
      outcome: 'captured',
      sent: { payload: { lead: { email: ada.email, message: ada.message } } },
      facts: null,
      decisions: [{ inForce: true, decision: { decidedBy: 'none' } }],
    });
    expect(lead?.effects).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          action: 'upsert_contact',
          receiver: 'HubSpot',
          state: 'confirmed',
          receipt: { contactId: expect.any(String) },
        }),
        expect.objectContaining({ action: 'send_to_marketing', receiver: 'Marketing', at: expect.any(String) }),
        expect.objectContaining({ action: 'send_to_assistant', receiver: 'Assistant' }),
        expect.objectContaining({ action: 'store_lead', receiver: 'Warehouse' }),
      ]),
    );
    const change = all.events.find(({ id }) => id === ids.contactEvent);
    expect(change).toMatchObject({
      sent: { propertyName: 'lifecyclestage', propertyValue: 'lead' },
      facts: { contact: { id: String(contact), firstName: ada.first_name } },
      modelCalls: [{ asked: { user: expect.stringContaining('lifecyclestage') }, verdict: expect.any(String) }],
    });
    expect(change?.modelCalls[0]?.answered).toMatchObject({ text: expect.any(String) });
    expect(all.namedIn).toMatchObject([
      {
        id: ids.dealEvent,
        contact: { id: String(contact), firstName: ada.first_name },
        effects: [{ action: 'notify_ae', receiver: 'Slack', state: 'confirmed' }],
      },
    ]);
    expect(all.consents).toMatchObject([{ purpose: 'outreach', granted: true, source: 'webform' }]);
    expect(all.cached).toMatchObject([{ kind: 'contact', value: { firstName: ada.first_name } }]);
    expect(all.copies).toEqual([{ store: 'warehouse', ids: [ids.adasLead] }]);
    expect(all.erasedBefore).toEqual([]);
  });

  it('is nothing of another person: not of one who shares the phone, nor of who is in charge', async () => {
    for (const whom of [{ email: ada.email }, { id: ids.contactEvent }]) {
      const text = JSON.stringify(await exported(whom)).toLowerCase();
      for (const other of [bob.email, bob.first_name, bob.message, ids.bobsLead, owner.email, owner.firstName])
        expect(text).not.toContain(other.toLowerCase());
    }
    const text = JSON.stringify(await exported({ email: bob.email }));
    for (const other of [ada.email, ada.first_name, ada.message, ids.adasLead, ids.contactEvent, ids.dealEvent])
      expect(text).not.toContain(other);
  });

  it('is not the contact of an event that named them before and names somebody else now', async () => {
    const eve = somebody();
    const id = await sendLead(causeway, eve);
    await causeway.finished(id);
    await causeway.queries.execute(sql`
      insert into event_people (tenant_id, alias, event_id) select a.tenant_id, a.alias, ${ids.dealEvent}::uuid
      from subject_aliases a join events e on e.subject_key_id = a.key_id where e.id = ${id} and a.kind = 'email'`);
    expect((await exported({ email: eve.email })).namedIn).toMatchObject([{ id: ids.dealEvent, contact: null }]);
  });

  it('is nothing when two people gave the phone that is asked by, and the one who gave it otherwise', async () => {
    const shared = await operator(causeway, 'POST', '/ops/subjects', { phone: ada.phone });
    expect([shared.status, reasonOf(shared.answer)]).toEqual([409, 'ambiguous_subject']);
    const alone = somebody();
    const id = await sendLead(causeway, alone);
    await causeway.finished(id);
    expect((await exported({ phone: alone.phone.replaceAll(' ', '') })).leads).toMatchObject([{ id }]);
  });

  it('is refused in the same words whether nobody is known, or an event is about no person', async () => {
    const asked = [{ email: 'nobody@example.com' }, { phone: '+1 555 0100' }, { id: ids.dealEvent }];
    const answers = await Promise.all(asked.map((whom) => operator(causeway, 'POST', '/ops/subjects', whom)));
    for (const { status, answer } of answers) {
      expect(status).toBe(404);
      expect(answer).toMatchObject({ reason: 'nothing_held', detail: 'nothing is held under this' });
    }
    expect((await operator(causeway, 'POST', '/ops/subjects', { email: 'x', phone: 'y' })).status).toBe(400);
  });
});

it('is nothing of the owner and the contact of a deal that the person did something about', async () => {
  const product = await startWithProduct();
  onTestFinished(() => product.close());
  const [person, other, ownerId, deal] = [somebody(), somebody(), String(newId()), String(newId())];
  const otherId = String(newId());
  await product.sandbox.put('owners', ownerId, owner);
  await product.sandbox.put('contacts', otherId, { email: other.email.toLowerCase(), firstname: other.first_name });
  const properties = { ...calmDeal(), dealname: `Deal ${deal}`, hubspot_owner_id: ownerId };
  await product.sandbox.put('deals', deal, properties, { contacts: [otherId] });
  const sent = await postProduct(product, [productEvent('call.held', { deal, email: person.email })]);
  for (const { id } of sent.events) await product.finished(id);
  const { answer } = await operator(product, 'POST', '/ops/subjects', { email: person.email });
  const { events } = subjectExport.parse(answer);
  expect(events).toMatchObject([{ facts: { deal: { name: `Deal ${deal}` } } }]);
  const text = JSON.stringify(events).toLowerCase();
  for (const theirs of [other.email, other.first_name, owner.email, owner.firstName])
    expect(text).not.toContain(theirs.toLowerCase());
});

it('is printed by the command line, which says when there is nothing', async () => {
  const { configuration, queries, workflows, metrics, log } = causeway;
  const keyring = keyringOf(configuration, queries);
  const { subjects } = wireOperations(configuration, { tenantId, queries, keyring, workflows, metrics, log });
  const printed: { out: string[]; error: string[] } = { out: [], error: [] };
  const run = (...args: string[]) =>
    runCli([subjectsCommand((work) => work(subjects))], ['subjects', ...args], {
      out: (line) => void printed.out.push(line),
      error: (line) => void printed.error.push(line),
    });
  expect(await run('--email', ada.email)).toBe(0);
  expect(subjectExport.parse(JSON.parse(printed.out.join('\n'))).leads).toHaveLength(1);
  expect(await run('--email', 'nobody@example.com')).toBe(1);
  expect(await run('--phone', ada.phone)).toBe(1);
  expect(printed.error).toEqual([
    'nothing is held under this',
    'more than one person gave this phone; name the one who asks by --email or --id',
  ]);
  expect(await run('--email', ada.email, '--phone', ada.phone)).toBe(2);
});

it('names for each action whom that action really tells', () => {
  const all = { ...createActions(installationOf(causeway.configuration).actions), ...leadActions, ...erasureActions };
  for (const { type, provider } of Object.values(all)) expect(receiverOf[type]).toBe(provider);
});

it('is noted for every export, with a reference and nothing personal, as is what the log says', async () => {
  const { id } = await exported({ email: ada.email });
  const { rows } = await causeway.queries.execute<{ row: string }>(sql`select t::text as row from audit_log t`);
  const audit = rows.map(({ row }) => row).join('\n');
  expect(audit).toMatch(new RegExp(`operator \\(http\\).*export.*${id}`));
  const log = lines.join('');
  expect(log).toContain(id);
  for (const text of [ada.email, ada.phone, ada.first_name, ada.message])
    for (const where of [audit, log]) expect(where.toLowerCase()).not.toContain(text.toLowerCase());
});

it('is cut at a thousand events, and says so', async () => {
  const many = somebody();
  const id = await sendLead(causeway, many);
  await causeway.finished(id);
  const insert = sql`
    insert into events (id, tenant_id, source, type, key_hash, fingerprint, lane, correlation_id, subject_key_id, occurred_at, state, holds_lane, received_at)
    select gen_random_uuid(), tenant_id, source, type, md5(id::text || n), '', lane, correlation_id, subject_key_id, occurred_at, 'done', false,
      received_at - n * interval '1 second' from events, generate_series(1, 1000) n where id = ${id}`;
  await causeway.queries.execute(insert);
  const { events, cut } = await exported({ email: many.email });
  expect([events.length, events[0]?.id, cut]).toEqual([1_000, id, true]);
});

it('is nothing once the person is erased, and when it was once they came back', async () => {
  const gone = somebody();
  await causeway.finished(await sendLead(causeway, gone));
  expect(await erase(causeway, { email: gone.email })).toMatchObject({ state: 'done' });
  const { status, answer } = await operator(causeway, 'POST', '/ops/subjects', { email: gone.email });
  expect([status, reasonOf(answer)]).toEqual([404, 'nothing_held']);
  await causeway.finished(await sendLead(causeway, { ...gone, idempotency_key: `again-${newId()}` }));
  expect((await exported({ email: gone.email })).erasedBefore).toHaveLength(1);
});
