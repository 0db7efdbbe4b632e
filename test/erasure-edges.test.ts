import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { receiptsOf } from '../src/main/stores.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { erase, erased, operator, scanOf, sendLead, somebody, textsOf } from './erasing.ts';
import { eventually } from './eventually.ts';
import { dealChange, newId, stalledDeal } from './hubspot-events.ts';

/** Protects persons, and everybody else, where an erasure meets what is odd: names shared, spelled, written elsewhere, or in flight. */

vi.setConfig({ testTimeout: 90_000 });

let causeway: Causeway;
let scan: ReturnType<typeof scanOf>;
beforeAll(async () => {
  causeway = await startCauseway({ settings: 'enrichment: {hubspotRequestsPer10Seconds: 100000}' });
  scan = scanOf(causeway);
});
afterAll(() => causeway.close());

const captured = async (lead: object): Promise<string> => {
  const id = await sendLead(causeway, lead);
  expect(await causeway.finished(id)).toMatchObject({ outcome: 'captured' });
  return id;
};
const accepted = async (events: unknown[]): Promise<string> => (await causeway.post(events)).body.events[0]?.id ?? '';
const receipts = () => receiptsOf(causeway.configuration);

it('a contact that we made is erased when the CRM asks for it by the id that it gave', async () => {
  const lead = somebody();
  const id = await captured(lead);
  const { actions } = await causeway.read(id);
  const contactId = Number(actions.find(({ type }) => type === 'upsert_contact')?.effect.receipt?.['contactId']);
  const deletion = dealChange(contactId, { subscriptionType: 'contact.privacyDeletion' });
  delete deletion['propertyName'];
  delete deletion['propertyValue'];
  const erasure = await erased(causeway, await accepted([deletion]));
  expect(erasure).toMatchObject({ state: 'done', requestedBy: 'hubspot' });
  expect((await scan(textsOf(lead))).found).toEqual({});
});

describe('two erasures of one person', () => {
  it('the second signs nothing while the first has failed, and does when that is over', async () => {
    const lead = somebody();
    await captured(lead);
    await causeway.sandbox.fault({ connector: 'marketing', fault: 'status', status: 400 });
    const first = await erase(causeway, { email: lead.email });
    expect(first.state).toBe('failed');
    const second = await erase(causeway, { phone: lead.phone });
    expect(second).toMatchObject({ state: 'failed', receipt: null, failure: { class: 'ErasureUnfinished' } });
    expect(second.failure?.message).toContain(first.id);
    await operator(causeway, 'POST', '/ops/redrives', { eventIds: [first.id] });
    expect(await erased(causeway, first.id)).toMatchObject({ state: 'done' });
    await operator(causeway, 'POST', '/ops/redrives', { eventIds: [second.id] });
    expect(await erased(causeway, second.id)).toMatchObject({ state: 'done' });
    expect((await scan(textsOf(lead))).found).toEqual({});
  });

  it('at once both end, and nothing is left', async () => {
    const lead = somebody();
    await captured(lead);
    const asked = [{ email: lead.email }, { phone: lead.phone }, { email: lead.email.toLowerCase() }];
    const erasures = await Promise.all(asked.map((whom) => erase(causeway, whom)));
    expect(erasures.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    expect((await scan(textsOf(lead))).found).toEqual({});
  });
});

it('a look-up that is under way keeps nothing of the person, and nobody is written to', async () => {
  const lead = somebody();
  const [contactId, companyId, dealId] = [newId(), newId(), newId()].map(String);
  await captured(lead);
  await causeway.sandbox.put('contacts', `${contactId}`, { email: lead.email, firstname: lead.first_name });
  await causeway.sandbox.put('companies', `${companyId}`, { name: 'Acme' });
  const associations = { contacts: [`${contactId}`], companies: [`${companyId}`] };
  await causeway.sandbox.put('deals', `${dealId}`, stalledDeal(), associations);
  const calls = await causeway.sandbox.calls('hubspot', 'contacts.batchRead');
  await causeway.sandbox.fault({
    connector: 'hubspot',
    operation: 'companies.batchRead',
    fault: 'slow',
    delayMs: 5_000,
  });
  const id = await accepted([dealChange(Number(dealId))]);
  await eventually('the contact is read', async () =>
    (await causeway.sandbox.calls('hubspot', 'contacts.batchRead')) > calls ? true : undefined,
  );
  expect(await erase(causeway, { email: lead.email })).toMatchObject({ state: 'done' });
  await causeway.finished(id);
  expect((await scan(textsOf(lead))).found).toEqual({});
  expect(JSON.stringify(await causeway.sandbox.effects())).not.toContain(lead.first_name);
});

describe('a phone', () => {
  it.each(['website', '5', '12', 'n/a'])(
    'that is none (%s) finds nobody else, and keeps nobody from being erased',
    async (phone) => {
      const lead = { ...somebody(), phone };
      const other = somebody();
      await sendLead(causeway, { ...other, colour: 'violates 5 12 website' });
      await captured(lead);
      const before = await scan([other.email]);
      expect(await erase(causeway, { email: lead.email })).toMatchObject({ state: 'done' });
      expect(await scan([other.email])).toEqual(before);
    },
  );

  it('that an erased person gave, too, makes nobody late', async () => {
    const ada = somebody();
    const occurredAt = new Date().toISOString();
    await captured(ada);
    await erase(causeway, { email: ada.email });
    const id = await sendLead(causeway, { ...somebody(), phone: ada.phone, occurred_at: occurredAt });
    expect(await causeway.finished(id)).toMatchObject({ outcome: 'captured' });
  });
});

it('an address that others wrote into their leads stays there, and the receipt says so', async () => {
  const ada = somebody();
  const bob = { ...somebody(), message: `please write to ${ada.email}, too` };
  await captured(ada);
  await captured(bob);
  const erasure = await erase(causeway, { email: ada.email });
  expect(erasure).toMatchObject({ state: 'done' });
  expect(await receipts().verify(erasure.receipt ?? '')).toMatchObject({
    verified: { found: 0, namedInOtherLeads: 1 },
  });
});

it('a late delivery under another spelling of the mailbox does not bring the person back', async () => {
  const occurredAt = new Date().toISOString();
  const mailbox = `box${newId()}`;
  await captured({ ...somebody(), email: `${mailbox}@gmail.com` });
  await erase(causeway, { email: `${mailbox}@gmail.com` });
  const late = { ...somebody(), email: `${mailbox[0]}.${mailbox.slice(1)}+x@googlemail.com`, occurred_at: occurredAt };
  expect(await causeway.finished(await sendLead(causeway, late))).toMatchObject({ outcome: 'erased' });
});

it('what was refused and names the person in another writing is blanked', async () => {
  const lead = somebody();
  await captured(lead);
  const digits = lead.phone.replaceAll(/\D/g, '');
  await sendLead(causeway, {
    ...somebody(),
    colour: `call (+${digits.slice(0, 2)}) ${digits.slice(2, 6)}-${digits.slice(6)}`,
  });
  await sendLead(causeway, { ...somebody(), colour: encodeURIComponent(lead.email) });
  const erasure = await erase(causeway, { email: lead.email });
  expect(erasure.stores).toContainEqual({ name: 'schema_violations', removed: 2 });
});

it('more events than one look takes are all ended before anything is handed on', async () => {
  const lead = somebody();
  const receive = { connector: 'marketing', operation: 'messages.receive' } as const;
  // Each takes far longer than to end one, however busy the machine is: what counts is who is handed on, not how fast.
  await causeway.sandbox.fault({ ...receive, fault: 'slow', delayMs: 2_000, times: 600 });
  for (let from = 0; from < 600; from += 100) {
    const many = Array.from({ length: 100 }, (_, index) => ({
      ...lead,
      idempotency_key: `${lead.idempotency_key}-${from + index}`,
    }));
    await sendLead(causeway, many);
  }
  const before = await causeway.sandbox.calls(receive.connector, receive.operation);
  expect(await erase(causeway, { email: lead.email })).toMatchObject({ state: 'done' });
  // Those that came to their turn before the last of them was ended.
  expect(await causeway.sandbox.calls(receive.connector, receive.operation)).toBeLessThan(before + 50);
});
