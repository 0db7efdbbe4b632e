import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { contestedDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';

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
