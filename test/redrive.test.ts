import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedrive } from './redrive-one.ts';
import { createStarter } from '../src/intake/starter.ts';
import { startCauseway, type Causeway } from './causeway.ts';
import { eventRow, eventRows, wholeRow } from './event-rows.ts';
import { runGate, type Gate } from './gate.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { ids, intakeOf, parsedEvent } from './parsed-event.ts';
import { openSession, type Session } from './session.ts';

/** Protects a second try: it takes its turn, it repeats nothing that was done, and it does what was decided. */

const rule = (id: string, stage: string, plan: readonly ('draft' | 'notify')[]) => `
id: ${id}
version: 1
description: A rule of a test.
priority: 1
when: ["deal.stage == '${stage}'"]
reasoning: The stage says so.
plan:
${plan.map((step) => steps[step]).join('\n')}
`;
const steps = {
  draft: `  - { action: draft_followup, priority: high, target: [deal.id], parameters: { template: "'stalled_deal_reactivation'" } }`,
  notify: `  - { action: notify_ae, priority: high, target: ["'default'"], parameters: { alert: "'test'" } }`,
};

let rules: string;
let gate: Gate;
let causeway: Causeway;
let session: Session;
let redrive: ReturnType<typeof createRedrive>;
beforeAll(async () => {
  rules = await mkdtemp(join(tmpdir(), 'causeway-rules-'));
  await writeFile(join(rules, 'one.yaml'), rule('notify-only', 'negotiation', ['notify']));
  await writeFile(join(rules, 'other.yaml'), rule('draft-only', 'won', ['draft']));
  await writeFile(join(rules, 'both.yaml'), rule('draft-and-notify', 'lost', ['draft', 'notify']));
  gate = await runGate();
  causeway = await startCauseway({ environment: { SLACK_API_URL: gate.url, RULES_PATH: rules } });
  gate.forwardTo(causeway.sandbox.slackUrl);
  session = await openSession(causeway.configuration.DATABASE_URL);
  redrive = createRedrive({ queries: causeway.queries, starter: createStarter(causeway) });
});
afterAll(async () => {
  await gate.close();
  await session.close();
  await causeway.close();
  await rm(rules, { recursive: true, force: true });
});

const refuseMessages = (times: number) =>
  causeway.sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400, times });

const putDeal = (dealId: number, dealstage: string, dealname = 'A deal') =>
  causeway.sandbox.put('deals', String(dealId), { ...contestedDeal(), dealstage, dealname });

const effectsOf = async (events: readonly string[]) =>
  (await causeway.sandbox.effects()).flatMap(({ connector, key }) =>
    events.filter((id) => key.includes(id)).map((id) => ({ connector, id })),
  );

const decisionsOf = (id: string) =>
  session.query<{ generation: number; rule: string; in_force: boolean }>(
    'select generation, rule_id as rule, superseded_at is null as in_force from decisions where event_id = $1 order by decided_at',
    [id],
  );

/** An event of a deal of its own that failed, since Slack refused its message. */
async function failedEvent(dealstage: string): Promise<{ id: string; dealId: number }> {
  const dealId = newId();
  await putDeal(dealId, dealstage);
  await refuseMessages(1);
  const [id = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
  expect(await causeway.finished(id)).toMatchObject({ state: 'failed', failure: { class: 'SlackRejected' } });
  return { id, dealId };
}

describe('an event that is redriven', () => {
  it('is the next generation of the same event: another workflow, the same effect', async () => {
    const { id } = await failedEvent('negotiation');
    const before = await causeway.read(id);
    expect(before.workflow.id).toMatch(/^evt:[0-9a-f]{32}:0$/);
    expect(await redrive(id)).toBe('redriven');
    const after = await causeway.finished(id);
    expect(after).toMatchObject({ state: 'done', outcome: 'acted', failure: null, receivedAt: before.receivedAt });
    expect(after.workflow.id).toBe(before.workflow.id.replace(/:0$/, ':1'));
    expect(after.workflow.runId).not.toBe(before.workflow.runId);
    expect(after.actions.map(({ effect }) => effect.key)).toEqual(before.actions.map(({ effect }) => effect.key));
    expect((await causeway.sandbox.effects()).filter(({ key }) => key.includes(id)).map(({ key }) => key)).toEqual([
      `${id}:notify_ae`,
    ]);
  });

  it('is behind all that wait in its lane, the one that runs and the ones after it', async () => {
    const dealId = newId();
    const name = `behind-${dealId}`;
    await putDeal(dealId, 'negotiation', name);
    await refuseMessages(1);
    const [first = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
    expect(await causeway.finished(first)).toMatchObject({ state: 'failed' });

    gate.hold(name);
    const [second = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
    await gate.arrived(name);
    const [third = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
    expect(await redrive(first)).toBe('redriven');

    const rows = await eventRows(causeway.queries, [first, second, third]);
    expect(rows.map(({ id, state, generation, claimed }) => [id, state, generation, claimed])).toEqual([
      [second, 'running', 0, true],
      [third, 'accepted', 0, false],
      [first, 'accepted', 1, false],
    ]);
    gate.release(name);
    for (const id of [second, third, first]) expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
    expect((await effectsOf([first, second, third])).map(({ id }) => id)).toEqual([second, third, first]);
  });

  it('does not do again what was confirmed, and does the rest as it was decided, whatever the facts are now', async () => {
    const { id, dealId } = await failedEvent('lost');
    expect(await effectsOf([id])).toEqual([{ connector: 'gmail', id }]);
    await putDeal(dealId, 'no rule knows this stage');
    expect(await redrive(id)).toBe('redriven');
    expect(await causeway.finished(id)).toMatchObject({
      outcome: 'acted',
      decision: { ruleId: 'draft-and-notify' },
      actions: [
        { type: 'draft_followup', effect: { state: 'confirmed', attempts: 1 } },
        { type: 'notify_ae', effect: { state: 'confirmed', attempts: 1 } },
      ],
    });
    expect(await effectsOf([id])).toEqual([
      { connector: 'gmail', id },
      { connector: 'slack', id },
    ]);
    expect(await decisionsOf(id)).toEqual([{ generation: 0, rule: 'draft-and-notify', in_force: true }]);
  });

  it('is decided anew when nothing of it was done', async () => {
    const { id, dealId } = await failedEvent('negotiation');
    await putDeal(dealId, 'won');
    expect(await redrive(id)).toBe('redriven');
    expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted', decision: { ruleId: 'draft-only' } });
    expect(await effectsOf([id])).toEqual([{ connector: 'gmail', id }]);
    expect(await decisionsOf(id)).toEqual([
      { generation: 0, rule: 'notify-only', in_force: false },
      { generation: 1, rule: 'draft-only', in_force: true },
    ]);
  });

  it('keeps its decision when an effect is uncertain, and does not guess: it fails again until that is settled', async () => {
    const { id, dealId } = await failedEvent('negotiation');
    await session.query(`update effects set state = 'unknown' where event_id = $1`, [id]);
    await putDeal(dealId, 'won');
    const effectsBefore = await effectsOf([id]);
    expect(await redrive(id)).toBe('redriven');
    expect(await causeway.finished(id)).toMatchObject({ state: 'failed', failure: { class: 'EffectUnknown' } });
    expect(await decisionsOf(id)).toEqual([{ generation: 0, rule: 'notify-only', in_force: true }]);
    expect(await effectsOf([id])).toEqual(effectsBefore);
  });

  it('can be redriven as often as it fails', async () => {
    const { id } = await failedEvent('negotiation');
    await refuseMessages(1);
    await redrive(id);
    expect(await causeway.finished(id)).toMatchObject({
      state: 'failed',
      workflow: { id: expect.stringMatching(/:1$/) },
    });
    await redrive(id);
    expect(await causeway.finished(id)).toMatchObject({
      state: 'done',
      workflow: { id: expect.stringMatching(/:2$/) },
    });
    expect(await effectsOf([id])).toHaveLength(1);
  });

  it('is redriven once by two who ask at the same time', async () => {
    const { id } = await failedEvent('negotiation');
    const answers = await Promise.all([redrive(id), redrive(id), redrive(id)]);
    expect(answers.map(String).toSorted()).toEqual(['not_failed', 'not_failed', 'redriven']);
    expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
    expect((await eventRow(causeway.queries, id)).generation).toBe(1);
  });
});

describe('what cannot be redriven', () => {
  it('an event that is not failed stays as it is: done, or still open', async () => {
    const [done] = await intakeOf(causeway)([parsedEvent()]);
    await causeway.finished(done?.id ?? '');
    await causeway.stopWorker();
    const [open] = await intakeOf(causeway)([parsedEvent()]);
    for (const event of [done, open]) {
      const before = await wholeRow(causeway.queries, event?.id);
      expect(await redrive(event?.id ?? '')).toBe('not_failed');
      expect(await wholeRow(causeway.queries, event?.id)).toBe(before);
    }
    await causeway.startWorker();
  });

  it('an event whose person was erased: there is nothing left to run', async () => {
    const { id } = await failedEvent('negotiation');
    await session.query('update events set subject_key_id = null, sealed = null where id = $1', [id]);
    expect(await redrive(id)).toBe('erased');
  });

  it('an event that does not exist', async () => {
    expect(await redrive(randomUUID())).toBe('not_found');
  });
});
