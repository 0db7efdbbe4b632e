import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrmWrite } from '../src/db/crm-writes.ts';
import { closeEvent } from '../src/db/lane-heads.ts';
import { settleEffect } from '../src/db/settle-effect.ts';
import type { LedgerEffect } from '../src/effects/ledger.ts';
import { VendorError } from '../src/domain/failure.ts';
import { type LedgerWorld, type OpenEvent, openLedgerWorld, providerThat } from './ledger-world.ts';

/** Protects the CRM from the past: of all writes of one property the one of the latest event stands, whatever the order. */

const receipt = { objectId: '9001' };
const lost = new VendorError('HubSpot', 'Unavailable', 'the connection broke');
const rejected = new VendorError('HubSpot', 'Rejected', 'no such option');
const earlier = { occurredAt: '2026-03-20T10:00:00.000Z' };
const later = { occurredAt: '2026-03-20T10:00:00.001Z' };

const hash = (): string => randomBytes(16).toString('hex');
const aField = () => ({ fieldHash: hash(), changeHash: hash() });
const done = () => providerThat({ does: [receipt] });
const untouched = () => providerThat({});

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld();
});
afterAll(() => world.close());

/** A write that was done by an event of that time. */
async function written(write: CrmWrite, time: { occurredAt: string }): Promise<OpenEvent> {
  const event = await world.openEvent(time);
  expect(await world.apply(event, done(), { write })).toMatchObject({ state: 'confirmed' });
  return event;
}

/** A write of an event of that time whose attempt was begun and has no end that anybody knows. */
async function underWay(write: CrmWrite, time: { occurredAt: string }): Promise<OpenEvent> {
  const event = await world.openEvent(time);
  const bug = new TypeError('not foreseen');
  await expect(world.apply(event, providerThat({ does: [bug] }), { write })).rejects.toBe(bug);
  return event;
}

describe('a write of an event', () => {
  it('is refused as stale, without asking the CRM, once that of a later event was done', async () => {
    const write = aField();
    await written(write, later);
    const event = await world.openEvent(earlier);
    const provider = untouched();
    expect(await world.apply(event, provider, { write })).toEqual({ state: 'stale' });
    expect(provider.asked).toEqual([]);
    expect(await world.stored(event)).toMatchObject({ state: 'refused', failureClass: 'Stale', attempts: 0 });
    expect(await world.apply(event, provider, { write })).toEqual({ state: 'stale' });
  });

  it('stays stale when its event is run again', async () => {
    const write = aField();
    await written(write, later);
    const event = await world.openEvent(earlier);
    await world.apply(event, untouched(), { write });
    await world.reopen(event);
    const run = { eventId: event.id, generation: 1 };
    expect(await world.apply(event, untouched(), { write, run })).toEqual({ state: 'stale' });
  });

  it('is done after that of an earlier event, and after one of the same time', async () => {
    const write = aField();
    await written(write, earlier);
    await written(write, earlier);
    await written(write, later);
    const event = await world.openEvent(earlier);
    expect(await world.apply(event, untouched(), { write })).toEqual({ state: 'stale' });
  });

  it('is not held up by writes of other properties, nor by effects of other kinds', async () => {
    await underWay(aField(), later);
    await written(aField(), later);
    const event = await world.openEvent(earlier);
    expect(await world.apply(event, done(), { write: aField() })).toMatchObject({ state: 'confirmed' });
    const other = await world.openEvent(earlier);
    expect(await world.apply(other, done())).toMatchObject({ state: 'confirmed' });
  });

  it('is done when that of a later event was refused by the CRM: nothing later stands there', async () => {
    const write = aField();
    const event = await world.openEvent(later);
    expect(await world.apply(event, providerThat({ does: [rejected] }), { write })).toMatchObject({ state: 'failed' });
    await written(write, earlier);
  });

  it('is stale when that of a later event may have been done, and after an operator said that it was', async () => {
    const write = aField();
    const unknown = await underWay(write, later);
    await world.passTime(unknown);
    await closeEvent(world.queries, { ...unknown, ...unknown.run }, { outcome: 'failed', settle: true });
    const first = await world.openEvent(earlier);
    expect(await world.apply(first, untouched(), { write })).toEqual({ state: 'stale' });
    const settled = await settleEffect(world.queries, {
      tenantId: 'default',
      key: unknown.key,
      done: true,
      by: 'test',
    });
    expect(settled.result).toBe('settled');
    const second = await world.openEvent(earlier);
    expect(await world.apply(second, untouched(), { write })).toEqual({ state: 'stale' });
  });
});

describe('while another write of the property is under way', () => {
  it('nobody writes, neither the earlier nor the later: which of the two arrives last would be chance', async () => {
    for (const [first, second] of [
      [earlier, later],
      [later, earlier],
    ] as const) {
      const write = aField();
      await underWay(write, first);
      const event = await world.openEvent(second);
      const provider = untouched();
      const result = await world.apply(event, provider, { write });
      expect(result).toMatchObject({ state: 'later', failureClass: 'EffectHeld' });
      expect(provider.asked).toEqual([]);
      expect(await world.stored(event)).toBeUndefined();
    }
  });

  it('the later one goes as soon as the other can no longer arrive, and the other is stale when it is tried again', async () => {
    const write = aField();
    const first = await underWay(write, earlier);
    await world.passTime(first);
    await written(write, later);
    const provider = providerThat({ shows: [null] });
    expect(await world.apply(first, provider, { write })).toEqual({ state: 'stale' });
    expect(provider.asked).toEqual(['find']);
  });

  it('the earlier one, found done after all, does not make way for what lies between the two', async () => {
    const write = aField();
    const first = await underWay(write, { occurredAt: '2026-03-20T09:00:00.000Z' });
    await world.passTime(first);
    await written(write, later);
    expect(await world.apply(first, providerThat({ shows: [receipt] }), { write })).toMatchObject({
      state: 'confirmed',
    });
    const between = await world.openEvent(earlier);
    expect(await world.apply(between, untouched(), { write })).toEqual({ state: 'stale' });
  });

  it('the earlier one waits until it is known whether the later one was done', async () => {
    const write = aField();
    const first = await underWay(write, later);
    await world.passTime(first);
    const event = await world.openEvent(earlier);
    expect(await world.apply(event, untouched(), { write })).toMatchObject({ failureClass: 'EffectHeld' });
    await world.apply(first, providerThat({ shows: [receipt] }), { write });
    expect(await world.apply(event, untouched(), { write })).toEqual({ state: 'stale' });
  });
});

/** A CRM with one property, which takes its time: what arrives last stands. */
function slowCrm() {
  const stands: string[] = [];
  let atOnce = 0;
  let most = 0;
  return {
    stands: () => stands.at(-1),
    mostAtOnce: () => most,
    writing: (value: string): LedgerEffect => ({
      async perform() {
        atOnce += 1;
        most = Math.max(most, atOnce);
        // A round trip to the database is a stretch of time in which others would arrive if they could.
        await world.queries.execute(sql`select 1`);
        stands.push(value);
        atOnce -= 1;
        return receipt;
      },
      find: async () => (stands.at(-1) === value ? receipt : null),
    }),
  };
}

describe('many events of different lanes that write one property at the same time', () => {
  it('never write at once, and leave the value of the latest, in any order', async () => {
    for (let round = 0; round < 10; round += 1) {
      const write = aField();
      const crm = slowCrm();
      const order = Array.from({ length: 8 }, (_, index) => index).toSorted(() => Math.random() - 0.5);
      const finish = async (index: number): Promise<string> => {
        const event = await world.openEvent({ occurredAt: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString() });
        for (let attempt = 0; attempt < 1_000; attempt += 1) {
          const result = await world.apply(event, crm.writing(`value ${index}`), {
            write: { ...write, changeHash: hash() },
          });
          if (result.state !== 'later') return result.state;
        }
        return 'never';
      };
      const states = await Promise.all(order.map(finish));
      expect(new Set(states).difference(new Set(['confirmed', 'stale'])).size).toBe(0);
      expect(crm.mostAtOnce()).toBe(1);
      expect(crm.stands()).toBe('value 7');
    }
  });
});

describe('a write that is tried again', () => {
  it('is found by reading the property after its answer was lost, and not repeated', async () => {
    const write = aField();
    const event = await world.openEvent(later);
    expect(await world.apply(event, providerThat({ does: [lost] }), { write })).toMatchObject({ state: 'later' });
    await world.passTime(event);
    const provider = providerThat({ shows: [receipt] });
    expect(await world.apply(event, provider, { write })).toMatchObject({ state: 'confirmed' });
    expect(provider.asked).toEqual(['find']);
    const stale = await world.openEvent(earlier);
    expect(await world.apply(stale, untouched(), { write })).toEqual({ state: 'stale' });
  });

  it('of an event that was closed meanwhile is not claimed', async () => {
    const write = aField();
    const event = await world.openEvent(later);
    await closeEvent(world.queries, { ...event, ...event.run }, { outcome: 'no_action', settle: false });
    const provider = untouched();
    expect(await world.apply(event, provider, { write, before: null })).toMatchObject({ failureClass: 'EffectHeld' });
    expect(provider.asked).toEqual([]);
  });
});
