import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createConsents } from '../src/operations/consents.ts';
import { hasherOf, tenantId } from '../src/main/stores.ts';
import { wireActivities } from '../src/main/wiring.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { dealChange, newId, stalledDeal } from './hubspot-events.ts';

/** Protects who takes consent back after it was decided to write to them: what is not done yet is not done any more. */

const settings = 'modes: [{ types: [deal.propertyChange], mode: compliance }]';

let causeway: Causeway;
let work: ReturnType<typeof wireActivities>;
beforeAll(async () => {
  causeway = await startCauseway({ worker: false, settings });
  const { configuration, queries, workflows, metrics, log } = causeway;
  work = wireActivities(configuration, { steps: queries, finishing: queries, workflows, metrics, log });
});
beforeEach(() => causeway.sandbox.forget());
afterAll(async () => {
  await work.stop();
  await causeway.close();
});

/** An event of a deal whose contact had given consent when it was decided, and the step that leaves the draft. */
async function decided() {
  const { queries, configuration, sandbox } = causeway;
  const [dealId, contactId] = [newId(), newId()];
  const email = `contact-${contactId}@customer.example`;
  const consents = createConsents({ queries, hasher: hasherOf(configuration), tenantId });
  const record = (granted: boolean) => consents.record({ email, purpose: 'outreach', granted, source: 'test' });
  await record(true);
  await sandbox.put('contacts', String(contactId), { email });
  await sandbox.put('deals', String(dealId), stalledDeal(), { contacts: [String(contactId)] });
  const { body } = await causeway.post([dealChange(dealId)]);
  const run = { eventId: body.events[0]?.id ?? '', generation: 0 };
  await work.activities.enrich(run);
  const { effects } = await work.activities.decide(run);
  expect(effects).toMatchObject([{ type: 'draft_followup' }]);
  return { record, act: () => work.activities.act({ ...run, key: effects[0]?.key ?? '' }) };
}

it('consent that is taken back between the decision and the step leaves nothing done', async () => {
  const { record, act } = await decided();
  await record(false);
  await expect(act()).rejects.toMatchObject({ type: 'ConsentWithdrawn', nonRetryable: true });
  expect(await causeway.sandbox.effects()).toEqual([]);
});

it('an attempt that failed is not made again after consent was taken back', async () => {
  const { record, act } = await decided();
  await causeway.sandbox.fault({ connector: 'gmail', operation: 'drafts.create', fault: 'status', status: 429 });
  await expect(act()).rejects.toMatchObject({ type: 'GmailRateLimited', nonRetryable: false });
  await record(false);
  await expect(act()).rejects.toMatchObject({ type: 'ConsentWithdrawn' });
  expect(await causeway.sandbox.effects()).toEqual([]);
});

it('what was done while there was consent stays done, and is not asked about', async () => {
  const { record, act } = await decided();
  expect(await act()).toEqual({ state: 'confirmed' });
  await record(false);
  expect(await act()).toEqual({ state: 'skipped' });
  expect(await causeway.sandbox.effects()).toHaveLength(1);
});
