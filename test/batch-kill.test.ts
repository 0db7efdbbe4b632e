import { sql } from 'drizzle-orm';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Causeway } from './causeway.ts';
import { eventRows } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { contestedDeal, newId } from './hubspot-events.ts';
import { postProduct, productEvent, startWithProduct } from './product-events.ts';
import { startProgram } from './program.ts';

/** Protects batches from the death of a worker: a real process is killed, another one takes over, nothing is lost or doubled. */

vi.setConfig({ testTimeout: 180_000 });

const some = async ({ queries }: Causeway, rows: ReturnType<typeof sql>): Promise<boolean> =>
  (await queries.execute(sql`select from ${rows} limit 1`)).rows.length > 0;

test.each([
  ['its events were looked up', async ({ sandbox }: Causeway) => (await sandbox.calls('hubspot', 'deals.read')) > 0],
  ['it had begun', (causeway: Causeway) => some(causeway, sql`events where state = 'running'`)],
  ['its first hundred were decided', (causeway: Causeway) => some(causeway, sql`decisions`)],
] as const)(
  'a batch whose worker dies when %s is carried on by another, and no effect is lost or doubled',
  async (_when, reached) => {
    const causeway = await startWithProduct('{maxWaitSeconds: 0.5, maxEvents: 250}', { worker: false });
    onTestFinished(() => causeway.close());
    const deal = String(newId());
    await causeway.sandbox.put('deals', deal, contestedDeal());
    const ids: string[] = [];
    for (let request = 0; request < 3; request += 1) {
      const events = Array.from({ length: 80 }, (_, index) =>
        productEvent('page.viewed', index % 40 === 0 ? { deal } : { account: `account-${index}` }),
      );
      ids.push(...(await postProduct(causeway, events)).events.map(({ id }) => id));
    }
    const first = await startProgram('worker', causeway.configuration);
    await eventually('the moment comes', async () => (await reached(causeway)) || undefined, 60_000);
    await first.kill();

    const second = await startProgram('worker', causeway.configuration);
    await eventually(
      'all events are done',
      async () => ((await eventRows(causeway.queries, ids)).every(({ state }) => state === 'done') ? true : undefined),
      120_000,
    );
    await second.stop();
    const rows = await eventRows(causeway.queries, ids);
    expect(rows.filter(({ outcome }) => outcome === 'acted')).toHaveLength(6);
    expect(await causeway.sandbox.effects()).toHaveLength(6);
  },
);
