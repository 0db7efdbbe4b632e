import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createActions, groupActions } from '../src/actions/index.ts';
import type { PreparedEffect } from '../src/actions/action.ts';
import { changeHashes } from '../src/privacy/change-hashes.ts';
import { createHasher } from '../src/privacy/hasher.ts';
import type { ActionType, GroupActionType } from '../src/domain/decision.ts';
import { actionSamples, crmFields, groupSample } from './action-samples.ts';
import { type LedgerWorld, type OpenEvent, openLedgerWorld } from './ledger-world.ts';
import { runSandbox, type RunningSandbox } from './running-sandbox.ts';
import { vendorPorts } from './vendor-ports.ts';

/** Protects "no effect twice" at each provider: two hundred answers are lost, and every effect is found by asking for it. */

vi.setConfig({ testTimeout: 120_000 });

const count = 200;
const hasher = createHasher(Buffer.alloc(32, 1));
const actions = { ...createActions({ crmFields }), ...groupActions };
type Type = ActionType | GroupActionType;

let world: LedgerWorld;
let sandbox: RunningSandbox;
beforeAll(async () => {
  world = await openLedgerWorld();
  sandbox = await runSandbox();
});
beforeEach(() => sandbox.forget());
afterAll(async () => {
  await sandbox.close();
  await world.close();
});

function prepare(type: Type, dealId: string): Promise<PreparedEffect> {
  const at = new Date().toISOString();
  return actions[type].prepare(
    {
      tenantId: 'default',
      eventId: '00000000-0000-4000-8000-000000000001',
      action: { type, targetId: dealId, priority: 'standard', parameters: actionSamples[type].parameters },
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
      facts: { buyerGroup: groupSample('Acme'), gaps: [], provider: 'none', fetchedAt: at },
      fallback: { channel: '#revenue', mailbox: 'revenue@example.com' },
    },
    vendorPorts(sandbox),
    { timeoutMs: 20_000 },
  );
}

/** One effect whose first answer is lost; then, all waiting times over, the ledger is asked again, and once more. */
async function loseAnswer(type: Type, dealId: string): Promise<OpenEvent> {
  const event = await world.openEvent();
  const effect = await prepare(type, dealId);
  const write = effect.write && changeHashes(hasher, 'default', effect.write);
  expect(await world.apply(event, effect, { write })).toMatchObject({ state: 'later' });
  await world.passTime(event);
  expect(await world.apply(event, effect, { write })).toMatchObject({ state: 'confirmed' });
  expect(await world.apply(event, effect, { write })).toMatchObject({ state: 'skipped' });
  return event;
}

describe.each(Object.values(actions))('$type', ({ type }) => {
  const { connector, operation } = actionSamples[type];

  it(`is done ${count} times and confirmed ${count} times, with every answer lost`, async () => {
    const deals = Array.from({ length: count }, (_, index) => String(90_000 + index));
    for (const dealId of deals) await sandbox.put('deals', dealId, {});
    await sandbox.fault({ connector, operation, fault: 'lost-answer', times: count });

    const waiting = [...deals];
    const events: OpenEvent[] = [];
    const next = async (): Promise<void> => {
      for (let dealId = waiting.shift(); dealId !== undefined; dealId = waiting.shift())
        events.push(await loseAnswer(type, dealId));
    };
    await Promise.all(Array.from({ length: 20 }, next));

    const effects = await sandbox.effects();
    expect(effects).toHaveLength(count);
    for (const { id } of events) expect(effects.filter(({ key }) => key.includes(id))).toHaveLength(1);
    expect(await sandbox.calls(connector, operation)).toBe(count);
  });
});
