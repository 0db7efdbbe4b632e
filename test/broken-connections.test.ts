import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { type Cut, startCuttingProxy } from './cutting-proxy.ts';
import { createTestDatabase } from './database.ts';
import { eventRows } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { dealChange, newId } from './hubspot-events.ts';

/** Protects events from a connection to PostgreSQL that breaks, at whichever statement: 503, and nothing is lost, doubled or used up. */

let causeway: Causeway;
let proxy: Awaited<ReturnType<typeof startCuttingProxy>>;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startCuttingProxy(database.url);
  causeway = await startCauseway({ worker: false, environment: { DATABASE_URL: proxy.databaseUrl } });
});
afterAll(async () => {
  await causeway.close();
  await proxy.close();
  await database.drop();
});

/** Ends with the text of its message, unlike the 'committed' of an isolation level. */
const commit = 'commit\0';
const statements = ['left join subject_keys', 'begin isolation', 'pg_advisory_xact_lock', 'with incoming', commit];
const cuts = statements.flatMap((statement): Cut[] => [
  { statement, when: 'before' },
  { statement, when: 'after' },
]);
/** About somebody new, whose key is not known yet: also the look-up of keys meets the database. */
const event = () => dealChange(newId(), { subscriptionType: 'contact.propertyChange' });
/** More than there are connections, so that one that is not given back each time would be missed. */
const times = 15;

describe('a connection that breaks', () => {
  it.each(cuts)('$when $statement refuses the batch, which is then taken once', async (cut) => {
    const batches = Array.from({ length: times }, () => [event(), event()]);
    proxy.cutAt(cut);
    for (const batch of batches) expect((await causeway.post(batch)).status).toBe(503);
    expect(proxy.cuts()).toBe(times);
    proxy.cutAt(undefined);

    const answers = await Promise.all(batches.map((batch) => causeway.post(batch)));
    expect(answers.map(({ status }) => status)).toEqual(batches.map(() => 202));
    const events = answers.flatMap(({ body }) => body.events);
    // Only what was committed, and whose answer was lost, is known already.
    const wasCommitted = cut.statement === commit && cut.when === 'after';
    expect(new Set(events.map(({ status }) => status))).toEqual(new Set([wasCommitted ? 'duplicate' : 'accepted']));
    const ids = events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2 * times);
    expect(await eventRows(causeway.queries, ids)).toHaveLength(2 * times);
  });

  it('by falling silent is given up, also when it happens to all of them', async () => {
    const batches = Array.from({ length: times }, () => [event()]);
    proxy.cutAt({ statement: 'pg_advisory_xact_lock', when: 'never' });
    const refused = await Promise.all(batches.map((batch) => causeway.post(batch)));
    expect(refused.map(({ status }) => status)).toEqual(batches.map(() => 503));
    // The connections that fell silent stay so; only new ones work.
    proxy.cutAt(undefined);
    for (const batch of batches) {
      await eventually('the batch is taken', async () =>
        (await causeway.post(batch)).status === 202 ? true : undefined,
      );
    }
  });
});
