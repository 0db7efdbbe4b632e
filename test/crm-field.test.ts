import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hubspotEcho } from '../sandbox/hubspot/webhook.ts';
import { outcomeKey } from '../src/temporal/search-attributes.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { crmRules, overdueDeal } from './crm-rules.ts';
import { eventually } from './eventually.ts';
import { dealChange, newId } from './hubspot-events.ts';

/** Protects what our users see in their CRM: written once, never by the past, and not answered when it is reported back to us. */

let causeway: Causeway;
let rules: Awaited<ReturnType<typeof crmRules>>;
beforeAll(async () => {
  rules = await crmRules();
  const rule = await readFile(join(rules.folder, 'deal-priority-at-risk.yaml'), 'utf8');
  const forbidden = rule
    .replace('deal-priority-at-risk', 'deal-stage-at-risk')
    .replace("'hs_priority'", "'dealstage'")
    .replace('priority: 30', 'priority: 5')
    .replace('when:', "when:\n  - event.propertyName == 'forbidden'");
  await writeFile(join(rules.folder, 'deal-stage-at-risk.yaml'), forbidden);
  causeway = await startCauseway({ environment: { RULES_PATH: rules.folder } });
});
afterAll(async () => {
  await causeway.close();
  await rules.remove();
});

async function anOverdueDeal(): Promise<number> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), overdueDeal());
  return dealId;
}

/** Posts one event and waits for its end. */
async function finished(event: Record<string, unknown>) {
  const { body } = await causeway.post([event]);
  return causeway.finished(body.events[0]?.id ?? '');
}

const writesTo = async (dealId: number) =>
  (await causeway.sandbox.effects()).filter(({ target }) => target === `deals/${dealId}`);

const written = {
  state: 'done',
  outcome: 'acted',
  actions: [{ type: 'update_crm_field', effect: { state: 'confirmed' } }],
};

async function outcomeOf(workflowId: string) {
  return eventually('the execution ends', async () => {
    const { status, typedSearchAttributes } = await causeway.client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING'
      ? undefined
      : { status: status.name, outcome: typedSearchAttributes.get(outcomeKey) };
  });
}

describe('a rule that sets a property', () => {
  it('has it written once, under the key of its effect', async () => {
    const dealId = await anOverdueDeal();
    const event = await finished(dealChange(dealId));
    expect(event).toMatchObject({ ...written, decision: { decidedBy: 'rules', ruleId: 'deal-priority-at-risk' } });
    expect(await writesTo(dealId)).toMatchObject([
      { operation: 'deals.update', key: event.actions[0]?.effect.key, body: { properties: { hs_priority: 'high' } } },
    ]);
  });

  it('that nobody allowed fails its event by its class, and HubSpot is not asked', async () => {
    const dealId = await anOverdueDeal();
    const event = await finished(dealChange(dealId, { propertyName: 'forbidden' }));
    expect(event).toMatchObject({ state: 'failed', failure: { class: 'UnusableAction' } });
    expect(event.failure?.message).toContain('actions.crmFields.deals in causeway.yaml');
    expect(await writesTo(dealId)).toEqual([]);
  });

  it('is found by reading it when the answer to its write was lost', async () => {
    const dealId = await anOverdueDeal();
    await causeway.sandbox.fault({ connector: 'hubspot', operation: 'deals.update', fault: 'lost-answer' });
    const event = await finished(dealChange(dealId));
    expect(event).toMatchObject({ ...written, actions: [{ effect: { state: 'confirmed', attempts: 1 } }] });
    expect(await writesTo(dealId)).toHaveLength(1);
  });
});

describe('an event that is older than what was written', () => {
  it('ends stale where it would write, and is done', async () => {
    const dealId = await anOverdueDeal();
    const now = Date.now();
    expect(await finished(dealChange(dealId, { occurredAt: now }))).toMatchObject(written);
    const stale = await finished(dealChange(dealId, { occurredAt: now - 60_000 }));
    expect(stale).toMatchObject({
      state: 'done',
      outcome: 'stale',
      failure: null,
      actions: [{ effect: { state: 'refused', attempts: 0 } }],
    });
    expect(await outcomeOf(stale.workflow.id)).toEqual({ status: 'COMPLETED', outcome: 'stale' });
    expect(await writesTo(dealId)).toHaveLength(1);
    expect(await finished(dealChange(dealId, { occurredAt: now }))).toMatchObject(written);
  });
});

/** A deal whose priority we wrote, and what HubSpot reports of it. */
async function aWrite() {
  const dealId = await anOverdueDeal();
  const event = await finished(dealChange(dealId));
  expect(event).toMatchObject(written);
  const [effect] = await writesTo(dealId);
  const [echo = {}] = effect ? hubspotEcho(effect, Date.now()) : [];
  return { dealId, echo, key: event.actions[0]?.effect.key };
}

describe('what HubSpot reports of our own write', () => {
  it('is accepted and ends as an echo: nothing is looked up, decided or done', async () => {
    const { dealId, echo } = await aWrite();
    const reads = await causeway.sandbox.calls('hubspot', 'deals.read');
    const event = await finished(echo);
    expect(event).toMatchObject({ state: 'done', outcome: 'echo', decision: null, actions: [], failure: null });
    expect(await outcomeOf(event.workflow.id)).toEqual({ status: 'COMPLETED', outcome: 'echo' });
    expect(await causeway.sandbox.calls('hubspot', 'deals.read')).toBe(reads);
    expect(await writesTo(dealId)).toHaveLength(1);
  });

  it('is an echo in the form of the newer platform, too', async () => {
    const { echo } = await aWrite();
    const generic = { ...echo, subscriptionType: 'object.propertyChange', objectTypeId: '0-3', isSensitive: false };
    expect(await finished(generic)).toMatchObject({ outcome: 'echo' });
  });

  it.each([
    ['another value', { propertyValue: 'low' }],
    ['another property', { propertyName: 'amount' }],
    ['a time before we had begun to write', { occurredAt: Date.now() - 20 * 60_000 }],
  ])('is none with %s: that is decided like any event', async (_what, change) => {
    const { echo } = await aWrite();
    const event = await finished({ ...echo, ...change });
    expect(event.decision).toMatchObject({ decidedBy: 'rules' });
  });

  it('is none of another object', async () => {
    const { echo } = await aWrite();
    const event = await finished({ ...echo, objectId: await anOverdueDeal() });
    expect(event).toMatchObject(written);
  });

  it('is none after a day: then somebody else has set the value again', async () => {
    const { echo, key } = await aWrite();
    await causeway.queries.execute(
      sql`update effects set updated_at = clock_timestamp() - interval '25 hours' where key = ${key}`,
    );
    expect(await finished(echo)).toMatchObject({ decision: { decidedBy: 'rules' } });
  });
});
