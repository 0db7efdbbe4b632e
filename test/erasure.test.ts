import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { receiptsOf } from '../src/main/stores.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { erase, sendLead, somebody } from './erasing.ts';

/** Protects persons: who asks to be erased is gone from every store and from everybody who was told, and stays so. */

vi.setConfig({ testTimeout: 90_000 });

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ settings: 'enrichment: {hubspotRequestsPer10Seconds: 100000}' });
});
afterAll(() => causeway.close());

describe('a person who is erased', () => {
  it('is gone from the database and from everybody who was told, and a receipt says so', async () => {
    const lead = somebody();
    const id = await sendLead(causeway, lead);
    await causeway.finished(id);
    const erasure = await erase(causeway, { email: lead.email.toUpperCase() });
    expect(erasure).toMatchObject({ state: 'done', failure: null });
    expect(Object.fromEntries(erasure.stores.map(({ name, removed }) => [name, removed]))).toMatchObject({
      subject_keys: 1,
      events: 1,
      leads: 1,
    });
    const receipt = await receiptsOf(causeway.configuration).verify(erasure.receipt ?? '');
    expect(receipt).toMatchObject({
      erasure: erasure.id,
      told: { erase_contact: 1, tell_marketing_of_erasure: 1, tell_assistant_of_erasure: 1 },
      verified: { found: 0 },
    });
    const effects = JSON.stringify(await causeway.sandbox.effects());
    for (const text of [lead.email, lead.email.toLowerCase(), lead.first_name, lead.message])
      expect(effects).not.toContain(text);
    const { rows } = await causeway.queries.execute(sql`select from leads where id = ${id}`);
    expect(rows).toEqual([]);
  });
});
