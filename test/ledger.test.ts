import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endAttempt } from '../src/db/effects.ts';
import { VendorError } from '../src/domain/failure.ts';
import { type LedgerWorld, openLedgerWorld, providerThat } from './ledger-world.ts';

/** Protects "each effect at most once" where it is made: in the ledger, over a real database, against a provider of any kind. */

const receipt = { ts: '1700000000.000100' };
const lost = new VendorError('Slack', 'Unavailable', 'the connection broke');
const limited = new VendorError('Slack', 'RateLimited', 'too many calls', { retryAfterMs: 7_000 });
const notReached = new VendorError('Slack', 'NotReached', 'refused');
const rejected = new VendorError('Slack', 'Rejected', 'channel_not_found');

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld();
});
afterAll(() => world.close());

describe('an effect that is done', () => {
  it('is confirmed with its receipt, and skipped ever after', async () => {
    const event = await world.openEvent();
    const provider = providerThat({ does: [receipt] });
    expect(await world.apply(event, provider)).toEqual({ state: 'confirmed', receipt });
    expect(await world.apply(event, provider)).toEqual({ state: 'skipped', receipt });
    expect(provider.asked).toEqual(['perform']);
    expect(await world.stored(event)).toMatchObject({ state: 'confirmed', attempts: 1, unsettled: false });
  });

  it('was intended, durably and with a lease, before the provider was asked', async () => {
    const event = await world.openEvent();
    let seen: unknown;
    await world.apply(event, {
      ...providerThat({}),
      perform: async () => {
        seen = await world.stored(event);
        return receipt;
      },
    });
    expect(seen).toMatchObject({ state: 'intent', unsettled: true, leased: true });
  });

  it('is done by one of many who read the ledger at the same time', async () => {
    const event = await world.openEvent();
    const provider = providerThat({ does: [receipt] });
    const results = await Promise.all(Array.from({ length: 10 }, () => world.apply(event, provider, { before: null })));
    expect(provider.asked).toEqual(['perform']);
    expect(results.map(({ state }) => state).toSorted()).toEqual(['confirmed', ...Array<string>(9).fill('later')]);
  });

  it('is repeated by one of many who found at the same time that it has to be', async () => {
    const event = await world.openEvent();
    await world.apply(event, providerThat({ does: [notReached] }));
    await world.passTime(event);
    const before = await world.read(event);
    const provider = providerThat({ does: [receipt] });
    await Promise.all(Array.from({ length: 10 }, () => world.apply(event, provider, { before })));
    expect(provider.asked).toEqual(['perform']);
  });
});

/** As a worker leaves it that is killed during the call: begun, and never ended. */
async function killedDuringTheCall() {
  const event = await world.openEvent();
  const bug = new TypeError('not foreseen');
  await expect(world.apply(event, providerThat({ does: [bug] }))).rejects.toBe(bug);
  return event;
}

describe('an attempt whose end nobody knows', () => {
  it('is neither repeated nor asked for while its lease runs', async () => {
    const event = await killedDuringTheCall();
    const provider = providerThat({});
    const result = await world.apply(event, provider);
    expect(result).toMatchObject({ state: 'later', failureClass: 'EffectHeld' });
    expect(provider.asked).toEqual([]);
  });

  it('is not repeated by somebody whose clock says that the lease is over', async () => {
    const event = await killedDuringTheCall();
    const before = await world.read(event);
    const provider = providerThat({ shows: [null] });
    const result = await world.apply(event, provider, { before: before && { ...before, leaseMs: -3_600_000 } });
    expect(result).toMatchObject({ state: 'later', failureClass: 'EffectHeld' });
    expect(provider.asked).toEqual(['find']);
  });

  it('is confirmed by asking when the provider has it', async () => {
    const event = await killedDuringTheCall();
    await world.passTime(event);
    const provider = providerThat({ shows: [receipt] });
    expect(await world.apply(event, provider)).toEqual({ state: 'confirmed', receipt });
    expect(provider.asked).toEqual(['find']);
    expect(await world.stored(event)).toMatchObject({ state: 'confirmed', attempts: 1 });
  });

  it('is repeated only after the provider said that it has nothing', async () => {
    const event = await killedDuringTheCall();
    await world.passTime(event);
    const provider = providerThat({ shows: [null], does: [receipt] });
    expect(await world.apply(event, provider)).toEqual({ state: 'confirmed', receipt });
    expect(provider.asked).toEqual(['find', 'perform']);
    expect(await world.stored(event)).toMatchObject({ state: 'confirmed', attempts: 2 });
  });

  it('stays uncertain, and unrepeated, while the provider cannot say', async () => {
    const event = await killedDuringTheCall();
    await world.passTime(event);
    const provider = providerThat({ shows: [lost] });
    const failureClass = 'SlackUnavailable';
    expect(await world.apply(event, provider)).toEqual({ state: 'later', waitMs: 10_000, failureClass });
    expect(provider.asked).toEqual(['find']);
    expect(await world.stored(event)).toMatchObject({ state: 'intent', attempts: 1, unsettled: true });
  });
});

describe('a provider that fails', () => {
  it.each([
    ['half an answer', new VendorError('Slack', 'Malformed', 'not JSON')],
    ['no answer in time', new VendorError('Slack', 'Timeout', 'no answer in time')],
    ['an error of its own', lost],
  ])('and may have done it all the same (%s) is asked before anything else', async (_what, error) => {
    const event = await world.openEvent();
    const later = await world.apply(event, providerThat({ does: [error] }));
    // Not before the provider had the time to show it.
    expect(later).toEqual({ state: 'later', waitMs: 2_000, failureClass: error.failureClass });
    await world.passTime(event);
    const provider = providerThat({ shows: [receipt] });
    expect(await world.apply(event, provider)).toMatchObject({ state: 'confirmed' });
    expect(provider.asked).toEqual(['find']);
  });

  it('is asked three times and no more, then once whether it did it after all; the failure has its class', async () => {
    const event = await world.openEvent();
    const provider = providerThat({ does: [lost, lost, lost], shows: [null, null, null] });
    const results = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      results.push(await world.apply(event, provider));
      await world.passTime(event);
    }
    expect(provider.asked).toEqual(['perform', 'find', 'perform', 'find', 'perform', 'find']);
    const failed = { state: 'failed', failureClass: 'SlackUnavailable' };
    expect(results.slice(3)).toEqual([failed, failed]);
    expect(await world.stored(event)).toMatchObject({ state: 'refused', attempts: 3, unsettled: false });
  });

  it('is given the time it asks for, and is not asked whether it did what it refused to do', async () => {
    const event = await world.openEvent();
    const provider = providerThat({ does: [limited, receipt] });
    expect(await world.apply(event, provider)).toEqual({
      state: 'later',
      waitMs: 7_000,
      failureClass: 'SlackRateLimited',
    });
    expect(await world.apply(event, provider)).toMatchObject({ state: 'confirmed' });
    expect(provider.asked).toEqual(['perform', 'perform']);
  });

  it('is waited for twice as long each time, and given up after the third', async () => {
    const event = await world.openEvent();
    const provider = providerThat({ does: [notReached, notReached, notReached] });
    const results = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) results.push(await world.apply(event, provider));
    const failureClass = 'SlackNotReached';
    expect(results).toEqual([
      { state: 'later', waitMs: 1_000, failureClass },
      { state: 'later', waitMs: 2_000, failureClass },
      { state: 'failed', failureClass },
      { state: 'failed', failureClass },
    ]);
  });

  it('and says no is not asked again in this run, and is in the next', async () => {
    const event = await world.openEvent();
    const provider = providerThat({ does: [rejected, receipt] });
    const failed = { state: 'failed', failureClass: 'SlackRejected' };
    expect(await world.apply(event, provider)).toEqual(failed);
    expect(await world.apply(event, provider)).toEqual(failed);
    expect(provider.asked).toEqual(['perform']);
    await world.reopen(event);
    const run = { eventId: event.id, generation: 1 };
    expect(await world.apply(event, provider, { run })).toEqual({ state: 'confirmed', receipt });
    expect(await world.stored(event)).toMatchObject({ attempts: 1 });
  });
});

describe('the lease', () => {
  it('is the time the call has: what the intent took of it is gone', async () => {
    const event = await world.openEvent();
    const clock = [0, 1_500];
    let timeoutMs = 0;
    await world.apply(
      event,
      {
        ...providerThat({}),
        perform: async (call) => {
          ({ timeoutMs } = call);
          return receipt;
        },
      },
      { now: () => clock.shift() ?? 0 },
    );
    expect(timeoutMs).toBe(world.callTimeoutMs - 1_500);
  });

  it('that is spent before the call begins leaves the provider unasked, nothing uncertain, and no attempt used', async () => {
    const event = await world.openEvent();
    const provider = providerThat({ does: [receipt] });
    for (let count = 0; count < 4; count += 1) {
      const clock = [0, world.callTimeoutMs];
      const late = await world.apply(event, provider, { now: () => clock.shift() ?? 0 });
      expect(late).toMatchObject({ state: 'later', failureClass: 'LeaseSpent' });
      expect(await world.stored(event)).toMatchObject({
        state: 'intent',
        attempts: 0,
        unsettled: false,
        leased: false,
      });
    }
    expect(provider.asked).toEqual([]);
    expect(await world.apply(event, provider)).toMatchObject({ state: 'confirmed' });
    expect(await world.stored(event)).toMatchObject({ attempts: 1 });
  });

  it('is ended only by the attempt that holds it', async () => {
    const event = await world.openEvent();
    await world.apply(event, providerThat({ does: [notReached] }));
    let seen: unknown;
    await world.apply(event, {
      ...providerThat({}),
      perform: async () => {
        const late = { state: 'refused', unsettled: false, failureClass: 'SlackRejected' } as const;
        await endAttempt(world.queries, event.key, { generation: 0, attempts: 1 }, late);
        seen = await world.stored(event);
        return receipt;
      },
    });
    expect(seen).toMatchObject({ state: 'intent', attempts: 2, unsettled: true, leased: true });
  });
});
