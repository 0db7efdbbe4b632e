import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { correlationIdKey, eventTypeKey, laneKey, sourceKey, tenantKey } from '../src/temporal/search-attributes.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventRow } from './event-rows.ts';
import { contestedDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';

/** A rule with two conditions that had these values. */
const asked = (ruleId: string, values: readonly boolean[]) => ({
  ruleId,
  version: 1,
  matched: values.every((value) => value),
  predicates: values.map((value) => ({ expression: expect.any(String), value })),
});

describe('an event from the webhook to its effect', () => {
  let causeway: Causeway;
  beforeAll(async () => {
    causeway = await startCauseway();
  });
  afterAll(() => causeway.close());

  it('drafts a follow-up for a stalled deal, once, and says why', async () => {
    const dealId = newId();
    await causeway.sandbox.put('deals', String(dealId), stalledDeal());
    const { status, body } = await causeway.post([dealChange(dealId)]);
    expect(status).toBe(202);
    expect(body).toMatchObject({ accepted: 1, duplicates: 0, rejected: 0 });

    const event = await causeway.finished(body.events[0]?.id ?? '');
    expect(event).toMatchObject({
      state: 'done',
      outcome: 'acted',
      decision: { decidedBy: 'rules', ruleId: 'stalled-deal-reactivation' },
      actions: [{ type: 'draft_followup', effect: { state: 'confirmed', attempts: 1 } }],
    });
    const effects = (await causeway.sandbox.effects()).filter(({ key }) => key.includes(event.id));
    expect(effects.map(({ connector }) => connector)).toEqual(['gmail']);
  });

  it('is explained by every condition with its value, and by the facts with their source and age', async () => {
    const dealId = newId();
    await causeway.sandbox.put('deals', String(dealId), contestedDeal());
    const { body } = await causeway.post([dealChange(dealId)]);
    const { decision } = await causeway.finished(body.events[0]?.id ?? '');
    expect(decision?.trace).toEqual([
      asked('stalled-deal-reactivation', [false, false]),
      asked('competitive-threat', [true, true]),
    ]);
    expect(decision).toMatchObject({
      ruleSetHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      reasoning: 'A competitor is named on this deal while it is in negotiation.',
      facts: { provider: 'hubspot', gaps: [], parts: { deal: { fetchedAt: expect.any(String), cached: false } } },
    });
  });

  it('is found among the executions by its tenant, source, type, lane and correlation id', async () => {
    const { body } = await causeway.post([dealChange(newId())], { 'x-correlation-id': 'spine-1' });
    const { id, workflow, source, type, tenantId } = await causeway.finished(body.events[0]?.id ?? '');
    const { typedSearchAttributes: found } = await causeway.client.workflow.getHandle(workflow.id).describe();
    const { lane } = await eventRow(causeway.queries, id);
    expect([tenantKey, sourceKey, eventTypeKey, laneKey, correlationIdKey].map((key) => found.get(key))).toEqual([
      tenantId,
      source,
      type,
      lane,
      'spine-1',
    ]);
  });

  it('alerts about competitors in Slack, and posting the same batch again adds nothing', async () => {
    const dealId = newId();
    await causeway.sandbox.put('deals', String(dealId), contestedDeal());
    const batch = [dealChange(dealId)];
    const first = await causeway.post(batch);
    const id = first.body.events[0]?.id ?? '';
    await causeway.finished(id);
    const second = await causeway.post(batch);
    expect(second.body).toMatchObject({ accepted: 0, duplicates: 1, events: [{ id, status: 'duplicate' }] });
    const effects = (await causeway.sandbox.effects()).filter(({ key }) => key.includes(id));
    expect(effects.map(({ connector }) => connector)).toEqual(['slack']);
  });
});
