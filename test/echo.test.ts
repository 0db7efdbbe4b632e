import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrmWrite } from '../src/db/crm-writes.ts';
import { beginEvent } from '../src/db/event-steps.ts';
import { closeEvent } from '../src/db/lane-heads.ts';
import { VendorError } from '../src/domain/failure.ts';
import { type LedgerWorld, type OpenEvent, openLedgerWorld, providerThat } from './ledger-world.ts';

/** Protects the line between our own write, reported back, and somebody else's: the first is not decided again, the second is. */

const receipt = { objectId: '9001' };
const lost = new VendorError('HubSpot', 'Timeout', 'no answer in time');
const notReached = new VendorError('HubSpot', 'NotReached', 'refused');
const rejected = new VendorError('HubSpot', 'Rejected', 'no such option');

let world: LedgerWorld;
beforeAll(async () => {
  world = await openLedgerWorld();
});
afterAll(() => world.close());

const aWrite = (): CrmWrite => ({
  fieldHash: randomBytes(16).toString('hex'),
  changeHash: randomBytes(16).toString('hex'),
});

/** An event that writes, after an attempt that ended so. */
async function writing(write: CrmWrite, end: Error | typeof receipt): Promise<OpenEvent> {
  const event = await world.openEvent();
  await world.apply(event, providerThat({ does: [end] }), { write });
  return event;
}

const isEcho = async (event: OpenEvent): Promise<boolean | undefined> =>
  (await beginEvent(world.queries, event.run, 'run'))?.echo;

/** Whether an event of another lane that tells of the same change counts as the report of the write. */
const reportIsEcho = async ({ changeHash }: CrmWrite) => isEcho(await world.openEvent({ changeHash }));

describe('an event with the value of a write of ours', () => {
  it('is its echo once the write is confirmed', async () => {
    const write = aWrite();
    await writing(write, receipt);
    expect(await reportIsEcho(write)).toBe(true);
  });

  it('is its echo also while the answer to the write is missing: the report may be faster', async () => {
    const write = aWrite();
    await writing(write, lost);
    expect(await reportIsEcho(write)).toBe(true);
  });

  it('is its echo when nobody found out whether the write was done', async () => {
    const write = aWrite();
    const event = await writing(write, lost);
    await world.passTime(event);
    await closeEvent(world.queries, { ...event, ...event.run }, { outcome: 'failed', settle: true });
    expect(await world.stored(event)).toMatchObject({ state: 'unknown' });
    expect(await reportIsEcho(write)).toBe(true);
  });

  it("is somebody else's when our write was certainly not done", async () => {
    for (const end of [notReached, rejected]) {
      const write = aWrite();
      await writing(write, end);
      expect(await reportIsEcho(write)).toBe(false);
    }
  });

  it("is taken for ours if somebody else sets it during our call; our write is then found there, so that nobody's is lost", async () => {
    const write = aWrite();
    const event = await writing(write, lost);
    expect(await reportIsEcho(write)).toBe(true);
    await world.passTime(event);
    const provider = providerThat({ shows: [receipt] });
    expect(await world.apply(event, provider, { write })).toMatchObject({ state: 'confirmed' });
    expect(provider.asked).toEqual(['find']);
  });

  it('is none when it is the event itself that wrote it, run again', async () => {
    const write = aWrite();
    const event = await world.openEvent({ changeHash: write.changeHash });
    await world.apply(event, providerThat({ does: [receipt] }), { write });
    expect(await isEcho(event)).toBe(false);
  });

  it('is none when nothing like it was written', async () => {
    expect(await reportIsEcho(aWrite())).toBe(false);
    expect(await isEcho(await world.openEvent())).toBe(false);
  });
});
