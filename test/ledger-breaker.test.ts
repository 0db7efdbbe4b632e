import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedger } from '../src/effects/ledger.ts';
import { VendorError } from '../src/domain/failure.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { type LedgerWorld, openLedgerWorld, providerThat } from './ledger-world.ts';

/** Protects the three attempts of an effect from being used up by waiting for a provider that nobody asks. */

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld();
});
afterAll(() => world.close());

const receipt = { ts: '1' };
const log = createLogger({ level: 'silent', process: 'test', pretty: false });

async function openEffect() {
  const event = await world.openEvent();
  const labels = { event_id: event.id, tenant_id: 'default', correlation_id: event.id };
  return {
    event,
    apply: async (effect: ReturnType<typeof providerThat>, openForMs = 0) => {
      const ledger = createLedger({
        queries: world.queries,
        log,
        callTimeoutMs: world.callTimeoutMs,
        openForMs: (provider) => (provider === 'Slack' ? openForMs : 0),
      });
      const entry = {
        key: event.key,
        action: 'notify_ae',
        targetId: 'default',
        priority: 'high',
        settleMs: 0,
        addressSealed: Buffer.alloc(0),
      };
      return ledger({ ...entry, provider: 'Slack', run: event.run, before: await world.read(event), labels }, effect);
    },
  };
}

describe('an effect at a provider that is left alone', () => {
  it('waits without an intent, and is done when the waiting is over', async () => {
    const { event, apply } = await openEffect();
    const slack = providerThat({ does: [receipt] });
    for (let count = 0; count < 5; count += 1) {
      expect(await apply(slack, 20_000)).toEqual({ state: 'later', waitMs: 20_000, failureClass: 'SlackCircuitOpen' });
    }
    expect(slack.asked).toEqual([]);
    expect(await world.stored(event)).toBeUndefined();
    expect(await apply(slack)).toMatchObject({ state: 'confirmed' });
    expect(await world.stored(event)).toMatchObject({ state: 'confirmed', attempts: 1 });
  });

  it.each(['CircuitOpen', 'Throttled'] as const)(
    'gets its attempt back when that is found out after the intent: %s',
    async (kind) => {
      const { event, apply } = await openEffect();
      const refusal = () => new VendorError('Slack', kind, 'not asked', { retryAfterMs: 7_000 });
      const slack = providerThat({ does: [refusal(), refusal(), refusal(), refusal(), receipt] });
      for (let count = 0; count < 4; count += 1) {
        expect(await apply(slack)).toEqual({ state: 'later', waitMs: 7_000, failureClass: `Slack${kind}` });
        expect(await world.stored(event)).toMatchObject({
          state: 'intent',
          attempts: 0,
          unsettled: false,
          leased: false,
        });
      }
      expect(await apply(slack)).toMatchObject({ state: 'confirmed' });
      // Nobody was asked whether it exists: it was never sent before.
      expect(slack.asked).not.toContain('find');
      expect(await world.stored(event)).toMatchObject({ state: 'confirmed', attempts: 1 });
    },
  );
});
