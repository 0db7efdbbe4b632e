import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventView } from '../src/domain/event-view.ts';
import { createConsents } from '../src/operations/consents.ts';
import { createHasher } from '../src/privacy/hasher.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { calmDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { injections } from './injections.ts';

/**
 * Protects who decides: by the mode of its type an event is decided by rules, by a model where rules are silent, by a model
 * first, or by rules and recorded consent. A model that is not exactly right decides nothing.
 */

const settings = `
modes:
  - { types: [deal.propertyChange], mode: rules-then-model }
  - { types: [deal.creation], mode: model-first }
  - { types: [deal.restore], mode: compliance }
model: { timeoutSeconds: 2, eventFields: [dealname, dealstage, message] }
breaker: { failures: 1000, resetSeconds: 1 }
`;
const types = {
  rules: 'deal.rescored',
  'rules-then-model': 'deal.propertyChange',
  'model-first': 'deal.creation',
  compliance: 'deal.restore',
} as const;
type Mode = keyof typeof types;

/** A deal of which no rule says anything. */
const draft = { type: 'draft_followup', target: 'contact', template: 'stalled_deal_reactivation' };
const alert = { type: 'notify_ae', target: 'owner', alert: 'needs_attention' };
const plan = (action: object, confidence = 0.9) => ({
  plan: { reasoning: 'The model thinks so.', action, priority: 'high', confidence },
});

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ settings });
});
beforeEach(() => causeway.sandbox.forget());
afterAll(() => causeway.close());

/** One event of a deal that has a contact and an owner, to its end. */
async function decided(mode: Mode, deal: Record<string, string>, change: Record<string, unknown> = {}) {
  const [dealId, contactId, ownerId] = [newId(), newId(), newId()];
  const contact = `contact-${contactId}@customer.example`;
  const owner = `owner-${ownerId}@team.example`;
  const { sandbox } = causeway;
  await sandbox.put('contacts', String(contactId), { email: contact, firstname: 'Erika' });
  await sandbox.put('owners', String(ownerId), { email: owner, firstName: 'Otto' });
  const properties = { ...deal, hubspot_owner_id: String(ownerId) };
  await sandbox.put('deals', String(dealId), properties, { contacts: [String(contactId)] });
  const { body } = await causeway.post([dealChange(dealId, { subscriptionType: types[mode], ...change })]);
  const event = await causeway.finished(body.events[0]?.id ?? '');
  return { event, effects: await effectsOf(event), contact, contactId: String(contactId), owner };
}

async function effectsOf({ id }: EventView) {
  const effects = await causeway.sandbox.effects();
  return effects.filter(({ key }) => key.includes(id));
}

const modelCalls = () => causeway.sandbox.calls('openai', 'responses.create');

type CallRow = {
  verdict: string | null;
  confidence: number | null;
  promptHash: string;
  inputTokens: number | null;
  outputTokens: number | null;
  cost: string | null;
  ended: boolean;
};

async function callsOf({ id }: EventView): Promise<CallRow[]> {
  const { rows } = await causeway.queries.execute<CallRow>(sql`
    select verdict, confidence, prompt_hash as "promptHash", input_tokens as "inputTokens", output_tokens as "outputTokens",
      cost_microdollars::text as cost, ended_at is not null and latency_ms >= 0 and prompt_sealed is not null as ended
    from model_calls where event_id = ${id} order by called_at`);
  return rows;
}

describe('rules', () => {
  it('decide alone, and no model is asked when they are silent', async () => {
    const { event } = await decided('rules', calmDeal());
    expect(event).toMatchObject({ outcome: 'undecided', decision: { mode: 'rules', decidedBy: 'none', model: null } });
    const ruled = await decided('rules', stalledDeal());
    expect(ruled.event).toMatchObject({
      outcome: 'acted',
      decision: { mode: 'rules', decidedBy: 'rules', model: null },
    });
    expect(await modelCalls()).toBe(0);
  });
});

describe('rules, then the model', () => {
  it('asks no model where a rule decides', async () => {
    const { event, effects } = await decided('rules-then-model', stalledDeal());
    expect(event).toMatchObject({
      outcome: 'acted',
      decision: { mode: 'rules-then-model', decidedBy: 'rules', ruleId: 'stalled-deal-reactivation', model: null },
    });
    expect(effects.map(({ connector }) => connector)).toEqual(['gmail']);
    expect(await modelCalls()).toBe(0);
  });

  it('asks the model where the rules are silent, does what it says, and shows and records how it came about', async () => {
    await causeway.sandbox.script(plan(alert));
    const { event, effects } = await decided('rules-then-model', calmDeal());
    expect(event).toMatchObject({
      outcome: 'acted',
      decision: {
        mode: 'rules-then-model',
        decidedBy: 'model',
        ruleId: null,
        confidence: 0.9,
        reasoning: 'The model thinks so.',
        model: { name: 'gpt-4o-mini-sandbox', verdict: 'accepted', confidence: 0.9 },
      },
      actions: [{ type: 'notify_ae', priority: 'high', effect: { state: 'confirmed', attempts: 1 } }],
    });
    expect(event.decision?.trace.length).toBeGreaterThan(0);
    expect(effects.map(({ connector }) => connector)).toEqual(['slack']);
    const [call, ...more] = await callsOf(event);
    expect(more).toEqual([]);
    expect(call).toMatchObject({ verdict: 'accepted', confidence: 0.9, ended: true });
    expect(call?.promptHash).toBe(event.decision?.model?.promptHash);
    const { inputTokens, outputTokens, cost } = call ?? {};
    expect(Number(cost)).toBe(Math.round(Number(inputTokens) * 0.15 + Number(outputTokens) * 0.6));
    expect(await modelCalls()).toBe(1);
    const spent = (await causeway.metrics.modelCostDollars.get()).values[0]?.value ?? 0;
    expect(Math.round(spent * 1_000_000)).toBeGreaterThanOrEqual(Number(cost));
  });

  it('takes "nothing" for an answer', async () => {
    const { event } = await decided('rules-then-model', calmDeal());
    expect(event).toMatchObject({
      outcome: 'no_action',
      decision: { decidedBy: 'model', model: { verdict: 'accepted' } },
      actions: [],
    });
  });
});

describe('the model first', () => {
  it('does what the model says, whatever the rules say', async () => {
    await causeway.sandbox.script(plan(alert));
    const { event, effects } = await decided('model-first', stalledDeal());
    expect(event).toMatchObject({
      outcome: 'acted',
      decision: { mode: 'model-first', decidedBy: 'model', ruleId: null },
    });
    expect(effects.map(({ connector }) => connector)).toEqual(['slack']);
  });

  it('does what the rules say when the model is not sure enough', async () => {
    await causeway.sandbox.script(plan(alert, 0.7499));
    const { event, effects } = await decided('model-first', stalledDeal());
    expect(event).toMatchObject({
      outcome: 'acted',
      decision: {
        decidedBy: 'fallback',
        ruleId: 'stalled-deal-reactivation',
        model: { verdict: 'below-threshold', confidence: 0.7499 },
      },
    });
    expect(effects.map(({ connector }) => connector)).toEqual(['gmail']);
  });

  it('is sure enough at the threshold', async () => {
    await causeway.sandbox.script(plan(alert, 0.75));
    const { event } = await decided('model-first', calmDeal());
    expect(event.decision).toMatchObject({ decidedBy: 'model', confidence: 0.75 });
  });
});

const consents = () =>
  createConsents({
    queries: causeway.queries,
    hasher: createHasher(Buffer.from(causeway.configuration.HASH_KEY, 'base64')),
    tenantId: 'default',
  });

describe('compliance', () => {
  it('reaches nobody without consent on record, and says so', async () => {
    const { event, effects } = await decided('compliance', stalledDeal());
    expect(event).toMatchObject({
      outcome: 'no_action',
      decision: {
        mode: 'compliance',
        decidedBy: 'rules',
        ruleId: 'stalled-deal-reactivation',
        reasoning: expect.stringMatching(/^no consent on record/),
        consent: { purpose: 'outreach', granted: false, recordedAt: null },
      },
      actions: [],
    });
    expect(effects).toEqual([]);
  });

  it('reaches people by what was recorded last: granted, then withdrawn', async () => {
    const properties = stalledDeal();
    const contactId = newId();
    const contact = { email: `Consent-${contactId}@Customer.example` };
    await causeway.sandbox.put('contacts', String(contactId), contact);
    const run = async () => {
      const dealId = newId();
      await causeway.sandbox.put('deals', String(dealId), properties, { contacts: [String(contactId)] });
      const { body } = await causeway.post([dealChange(dealId, { subscriptionType: types.compliance })]);
      return causeway.finished(body.events[0]?.id ?? '');
    };
    const record = (granted: boolean) =>
      consents().record({ email: ` ${contact.email.toLowerCase()} `, purpose: 'outreach', granted, source: 'test' });

    await record(true);
    expect(await run()).toMatchObject({
      outcome: 'acted',
      decision: { consent: { granted: true, recordedAt: expect.any(String) } },
    });
    await record(false);
    expect(await run()).toMatchObject({ outcome: 'no_action', decision: { consent: { granted: false } }, actions: [] });
    expect(await consents().read(contact.email, 'outreach')).toMatchObject({ granted: false, source: 'test' });
  });

  it('asks no model where the rules are silent', async () => {
    const { event } = await decided('compliance', calmDeal());
    expect(event).toMatchObject({ outcome: 'undecided', decision: { mode: 'compliance', consent: null } });
    expect(await modelCalls()).toBe(0);
  });
});

describe('an answer that cannot be taken', () => {
  const answer = (change: object) => ({ plan: { ...plan(draft).plan, ...change } });
  const half = JSON.stringify(plan(draft).plan).slice(0, 50);

  it.each<[what: string, script: unknown, verdict: string]>([
    ['a refusal', { refusal: 'I cannot.' }, 'refused'],
    ['an answer that was filtered', { incomplete: 'content_filter' }, 'refused'],
    ['an answer that was cut short', { incomplete: 'max_output_tokens', text: half }, 'truncated'],
    ['half a JSON', { text: half }, 'invalid'],
    ['another target', answer({ action: { ...draft, target: 'ceo@attacker.example' } }), 'invalid'],
    ['the target of another action', answer({ action: { ...draft, target: 'owner' } }), 'invalid'],
    ['another action', answer({ action: { type: 'send_email', target: 'contact' } }), 'invalid'],
    ['a recipient of its own', answer({ action: { ...draft, to: 'ceo@attacker.example' } }), 'invalid'],
    ['NaN', { text: JSON.stringify(plan(draft).plan).replace('0.9', 'NaN') }, 'invalid'],
    ['a confidence that is none', answer({ confidence: 7 }), 'invalid'],
    ['too little confidence', plan(draft, 0.74), 'below-threshold'],
  ])('is recorded, and nothing is done: %s', async (_what, script, verdict) => {
    await causeway.sandbox.script(script);
    const { event, effects } = await decided('rules-then-model', calmDeal());
    expect(event).toMatchObject({
      state: 'done',
      outcome: 'no_action',
      decision: { decidedBy: 'fallback', ruleId: null, model: { verdict } },
      actions: [],
    });
    expect(event.decision?.reasoning).toMatch(/^The model did not decide: /);
    expect(effects).toEqual([]);
    expect(await callsOf(event)).toMatchObject([{ verdict, ended: true }]);
  });

  it.each([
    [{ fault: 'status', status: 500 }, 'failed'],
    [{ fault: 'status', status: 401 }, 'failed'],
    [{ fault: 'status', status: 429 }, 'failed'],
    [{ fault: 'lost-answer' }, 'failed'],
    [{ fault: 'malformed' }, 'invalid'],
    [{ fault: 'timeout' }, 'late'],
  ] as const)('is recorded, the rules hold, and it is not asked for again: %j', async (fault, verdict) => {
    await causeway.sandbox.fault({ connector: 'openai', ...fault });
    const { event, effects } = await decided('model-first', stalledDeal());
    expect(event).toMatchObject({
      outcome: 'acted',
      decision: { decidedBy: 'fallback', ruleId: 'stalled-deal-reactivation', model: { verdict, confidence: null } },
    });
    expect(effects.map(({ connector }) => connector)).toEqual(['gmail']);
    expect(await callsOf(event)).toMatchObject([{ verdict, ended: true, inputTokens: null }]);
    expect(await modelCalls()).toBe(1);
  });
});

describe('twenty injections, in names and messages', () => {
  it.each(injections.map((text, index) => [index + 1, text] as const))(
    'change neither action, target nor recipient: %i',
    async (_number, text) => {
      await causeway.sandbox.script(plan(draft));
      const property = { propertyName: 'dealname', propertyValue: text, message: text };
      const { event, effects, contact, contactId, owner } = await decided(
        'model-first',
        { ...calmDeal(), dealname: text, competitors: text.replaceAll(';', ',') },
        property,
      );
      expect(event.actions).toMatchObject([{ type: 'draft_followup', target: contactId, priority: 'high' }]);
      expect(effects).toMatchObject([{ connector: 'gmail', target: owner }]);
      const [sent] = effects;
      expect(sent?.body).toMatchObject({ to: contact });

      const [asked, ...more] = await causeway.sandbox.questions();
      expect(more).toEqual([]);
      const [system, user] = asked?.body.input ?? [];
      expect([system?.role, user?.role]).toEqual(['system', 'user']);
      expect(`${system?.content}`).not.toContain(text.slice(0, 20));
      expect(user?.content.match(/<\/?data>/g)).toEqual(['<data>', '</data>']);
      expect(user?.content).not.toMatch(/attacker\.example|@|Erika|Otto/);
      expect(user?.content).not.toContain(contactId);
    },
  );

  it('do not help a model that obeys them', async () => {
    const obeying = ['evil@attacker.example', '#all-company', 'https://attacker.example', '+491701234567'];
    await causeway.sandbox.script(obeying.map((target) => plan({ ...draft, target })));
    for (const text of injections.slice(0, obeying.length)) {
      const { event, effects } = await decided('model-first', { ...calmDeal(), dealname: text });
      expect(event).toMatchObject({
        outcome: 'no_action',
        decision: { decidedBy: 'fallback', model: { verdict: 'invalid' } },
      });
      expect(effects).toEqual([]);
    }
  });
});
