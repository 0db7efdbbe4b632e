import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createActions } from '../src/actions/index.ts';
import type { PreparedEffect } from '../src/actions/action.ts';
import { changeHashes } from '../src/privacy/change-hashes.ts';
import { createHasher } from '../src/privacy/hasher.ts';
import type { ActionType } from '../src/domain/decision.ts';
import { type LedgerWorld, type OpenEvent, openLedgerWorld } from './ledger-world.ts';
import { runSandbox, type RunningSandbox } from './running-sandbox.ts';
import { vendorPorts } from './vendor-ports.ts';

/** Protects "no effect twice" at each provider: two hundred answers are lost, and every effect is found by asking for it. */

vi.setConfig({ testTimeout: 120_000 });

const count = 200;
const hasher = createHasher(Buffer.alloc(32, 1));
const actions = createActions({ crmFields: { deals: ['hs_next_step'] } });
const kinds = {
  draft_followup: {
    connector: 'gmail',
    operation: 'drafts.create',
    parameters: { template: 'stalled_deal_reactivation' },
  },
  notify_ae: { connector: 'slack', operation: 'chat.postMessage', parameters: { alert: 'competitive_threat' } },
  update_crm_field: {
    connector: 'hubspot',
    operation: 'deals.update',
    parameters: { objectType: 'deals', property: 'hs_next_step', value: 'call them' },
  },
} as const;

let world: LedgerWorld;
let sandbox: RunningSandbox;
beforeAll(async () => {
  world = await openLedgerWorld();
  sandbox = await runSandbox();
});
afterAll(async () => {
  await sandbox.close();
  await world.close();
});

function prepare(type: ActionType, dealId: string): Promise<PreparedEffect> {
  const at = new Date().toISOString();
  return actions[type].prepare(
    {
      action: { type, targetId: dealId, priority: 'standard', parameters: kinds[type].parameters },
      event: {
        version: 1,
        source: 'hubspot',
        eventType: 'deal.propertyChange',
        objectType: 'deal',
        objectId: dealId,
        urgency: 'standard',
        confidence: 1,
        firedAt: at,
        receivedAt: at,
        payload: {},
      },
      facts: { gaps: [], provider: 'none', fetchedAt: at },
      fallback: { channel: '#revenue', mailbox: 'revenue@example.com' },
    },
    vendorPorts(sandbox),
    { timeoutMs: 20_000 },
  );
}

/** One effect whose first answer is lost; then, all waiting times over, the ledger is asked again, and once more. */
async function loseAnswer(type: ActionType, dealId: string): Promise<OpenEvent> {
  const event = await world.openEvent();
  const effect = await prepare(type, dealId);
  const write = effect.write && changeHashes(hasher, 'default', effect.write);
  expect(await world.apply(event, effect, { write })).toMatchObject({ state: 'later' });
  await world.passTime(event);
  expect(await world.apply(event, effect, { write })).toMatchObject({ state: 'confirmed' });
  expect(await world.apply(event, effect, { write })).toMatchObject({ state: 'skipped' });
  return event;
}

describe.each(Object.entries(kinds))('%s', (name, { connector, operation }) => {
  const type = Object.values(actions).find((action) => action.type === name)?.type;
  if (!type) throw new Error(`no action is called ${name}`);

  it(`is done ${count} times by ${connector} and confirmed ${count} times, with every answer lost`, async () => {
    const deals = Array.from({ length: count }, (_, index) => String(90_000 + index));
    for (const dealId of deals) if (connector === 'hubspot') await sandbox.put('deals', dealId, {});
    await sandbox.fault({ connector, operation, fault: 'lost-answer', times: count });

    const waiting = [...deals];
    const events: OpenEvent[] = [];
    const next = async (): Promise<void> => {
      for (let dealId = waiting.shift(); dealId !== undefined; dealId = waiting.shift())
        events.push(await loseAnswer(type, dealId));
    };
    await Promise.all(Array.from({ length: 20 }, next));

    const effects = (await sandbox.effects()).filter((effect) => effect.connector === connector);
    expect(effects).toHaveLength(count);
    for (const { id } of events) expect(effects.filter(({ key }) => key.includes(id))).toHaveLength(1);
    expect(await sandbox.calls(connector, operation)).toBe(count);
  });
});
