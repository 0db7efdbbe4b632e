import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Queries } from '../src/db/database.ts';
import { claimIntent } from '../src/db/effects.ts';
import { closeEvent } from '../src/db/lane-heads.ts';
import { VendorError } from '../src/domain/failure.ts';
import { eventually } from './eventually.ts';
import { type LedgerWorld, type OpenEvent, openLedgerWorld, providerThat } from './ledger-world.ts';

/** Protects the line between an effect under way and a lane that is free: no intent after the closing, no closing during a lease. */

const receipt = { ts: '1700000000.000100' };
const lost = new VendorError('Slack', 'Unavailable', 'the connection broke');
const held = { state: 'later', failureClass: 'EffectHeld' };

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld();
});
afterAll(() => world.close());

const close = (event: OpenEvent, outcome = 'failed') =>
  closeEvent(world.queries, { ...event, ...event.run }, { outcome, settle: true });

const claim = (event: OpenEvent, queries: Queries = world.queries) => {
  const intent = {
    key: event.key,
    action: 'notify_ae',
    targetId: 'default',
    priority: 'high',
    leaseMs: 60_000,
    addressSealed: Buffer.alloc(0),
  };
  return claimIntent(queries, event.run, intent, null);
};

async function isOpen(event: OpenEvent): Promise<boolean> {
  const { rows } = await world.queries.execute<{ holdsLane: boolean }>(
    sql`select holds_lane as "holdsLane" from events where id = ${event.id}`,
  );
  return rows[0]?.holdsLane === true;
}

/** Until somebody waits for a row or transaction that another connection holds. */
const somebodyWaits = () =>
  eventually('a connection waits for a lock', async () => {
    const { rows } = await world.queries.execute(
      sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0 || undefined;
  });

describe('an intent', () => {
  it('is not made for an event that is closed', async () => {
    const event = await world.openEvent();
    await close(event);
    const provider = providerThat({});
    expect(await world.apply(event, provider, { before: null })).toMatchObject(held);
    expect(provider.asked).toEqual([]);
    expect(await world.stored(event)).toBeUndefined();
  });

  it('is not repeated for an event that was closed since it was read', async () => {
    const event = await world.openEvent();
    await world.apply(event, providerThat({ does: [new VendorError('Slack', 'NotReached', 'refused')] }));
    const before = await world.read(event);
    await close(event);
    const provider = providerThat({});
    expect(await world.apply(event, provider, { before })).toMatchObject(held);
    expect(provider.asked).toEqual([]);
  });

  it('is not made by a run that a redrive has replaced', async () => {
    const event = await world.openEvent();
    await world.reopen(event);
    const provider = providerThat({ does: [receipt] });
    expect(await world.apply(event, provider, { before: null })).toMatchObject(held);
    expect(provider.asked).toEqual([]);
    const run = { eventId: event.id, generation: 1 };
    expect(await world.apply(event, provider, { run })).toMatchObject({ state: 'confirmed' });
  });

  it('waits for a closing under way, and is not made then', async () => {
    const event = await world.openEvent();
    const closing = world.openConnection();
    await closing.queries.execute(sql`begin`);
    await closing.queries.execute(sql`select from events where id = ${event.id} for update`);
    const claimed = claim(event);
    await somebodyWaits();
    await closing.queries.execute(
      sql`update events set state = 'failed', outcome = 'failed', holds_lane = false where id = ${event.id}`,
    );
    await closing.queries.execute(sql`commit`);
    expect(await claimed).toBe(false);
    await closing.close();
  });

  it('that is being made is waited for, and then keeps the event open', async () => {
    const event = await world.openEvent();
    const claiming = world.openConnection();
    await claiming.queries.execute(sql`begin`);
    expect(await claim(event, claiming.queries)).toBe(true);
    const closing = close(event);
    await somebodyWaits();
    await claiming.queries.execute(sql`commit`);
    expect(await closing).toMatchObject({ closed: false, reason: 'leased' });
    await claiming.close();
  });

  it('and a closing that race for an event never both win', async () => {
    const ways = { claimed: 0, closed: 0, both: 0, neither: 0 };
    for (let round = 0; round < 20; round += 1) {
      const events = await Promise.all(Array.from({ length: 5 }, () => world.openEvent()));
      await Promise.all(
        events.map(async (event, index) => {
          const racers = [() => claim(event), async () => (await close(event)).closed];
          // Whoever asks first is a little ahead; both have to have their turn.
          const order = (round + index) % 2 === 0 ? racers : racers.toReversed();
          const results = await Promise.all(order.map((race) => race()));
          const [claimed, closed] = order === racers ? results : results.toReversed();
          ways[claimed ? (closed ? 'both' : 'claimed') : closed ? 'closed' : 'neither'] += 1;
        }),
      );
    }
    expect(ways).toMatchObject({ both: 0, neither: 0 });
    expect(ways.claimed + ways.closed).toBe(100);
  });
});

describe('an event whose effect is under way', () => {
  it('keeps its lane while the lease runs, and says how long that is', async () => {
    const event = await world.openEvent();
    await claim(event);
    const closing = await close(event);
    expect(closing).toMatchObject({ closed: false, reason: 'leased' });
    const { waitMs } = { waitMs: 0, ...closing };
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(world.callTimeoutMs);
    expect(await isOpen(event)).toBe(true);
    expect(await world.stored(event)).toMatchObject({ state: 'intent', unsettled: true });
  });

  it('ends failed as unknown when the lease is over and nobody knows, whatever its outcome would have been', async () => {
    const event = await world.openEvent();
    await claim(event);
    await world.passTime(event);
    expect(await close(event, 'erased')).toMatchObject({
      closed: true,
      event: { outcome: 'failed', failureClass: 'EffectUnknown' },
    });
    expect(await world.stored(event)).toMatchObject({ state: 'unknown' });
    expect(await isOpen(event)).toBe(false);
  });

  it('is not made unknown by an attempt that did nothing', async () => {
    const event = await world.openEvent();
    await world.apply(event, providerThat({ does: [new VendorError('Slack', 'NotReached', 'refused')] }));
    expect(await close(event)).toMatchObject({ closed: true, event: { outcome: 'failed', failureClass: null } });
    expect(await world.stored(event)).toMatchObject({ state: 'intent', unsettled: false });
  });
});

describe('an effect that stayed unknown', () => {
  it('is never asked for again, by any later run', async () => {
    const event = await world.openEvent();
    await world.apply(event, providerThat({ does: [lost] }));
    await world.passTime(event);
    await close(event);
    expect(await world.stored(event)).toMatchObject({ state: 'unknown' });
    await world.reopen(event);
    const provider = providerThat({});
    const run = { eventId: event.id, generation: 1 };
    expect(await world.apply(event, provider, { run })).toEqual({ state: 'failed', failureClass: 'EffectUnknown' });
    expect(provider.asked).toEqual([]);
  });

  it('becomes confirmed when the attempt was only late: that is the truth', async () => {
    const event = await world.openEvent();
    await world.apply(event, {
      ...providerThat({}),
      perform: async () => {
        await world.passTime(event);
        await close(event);
        return receipt;
      },
    });
    expect(await isOpen(event)).toBe(false);
    expect(await world.stored(event)).toMatchObject({ state: 'confirmed', unsettled: false });
  });
});
