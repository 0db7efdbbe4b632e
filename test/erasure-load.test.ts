import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { receiptsOf } from '../src/main/stores.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { erase, scanOf, sendLead, somebody } from './erasing.ts';
import { eventually } from './eventually.ts';

/**
 * Protects persons while much is going on: many of them erased, while ten leads of others come in every second. Twenty fit among all
 * other tests; ERASED_PEOPLE=100 takes some minutes.
 */

const people = Number(process.env['ERASED_PEOPLE'] ?? 12);
const erasedAtOnce = 8;
const betweenLeadsMs = 100;
/** On a machine that is too busy for ten a second there has to be an end all the same. */
const leadsAtMost = 10 * people;

let causeway: Causeway;
let folder: string;
const lines: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-erasure-load-'));
  causeway = await startCauseway({
    settings: 'enrichment: {hubspotRequestsPer10Seconds: 100000}',
    environment: { WAREHOUSE_PATH: folder, LOG_LEVEL: 'debug' },
    logTo: { write: (line) => lines.push(line) },
  });
});
afterAll(async () => {
  await causeway.close();
  await rm(folder, { recursive: true, force: true });
});

it('erases many people while leads come in: nothing of them is left, each has a receipt, and no other lead is lost', async () => {
  const gone = Array.from({ length: people }, somebody);
  const stayed: string[] = [];
  for (const lead of gone) await sendLead(causeway, lead);
  let sending = true;
  const senders: Promise<unknown>[] = [];
  const pace = setInterval(() => {
    // One that was answered 503 was promised nothing.
    if (sending && senders.length < leadsAtMost)
      senders.push(sendLead(causeway, somebody()).then((id) => id !== '' && stayed.push(id)));
  }, betweenLeadsMs);

  const erasures: Awaited<ReturnType<typeof erase>>[] = [];
  const waiting = [...gone];
  async function eraseNext(): Promise<void> {
    for (let lead = waiting.shift(); lead; lead = waiting.shift())
      erasures.push(await erase(causeway, { email: lead.email }, 600_000));
  }
  await Promise.all(Array.from({ length: erasedAtOnce }, eraseNext));
  sending = false;
  clearInterval(pace);
  await Promise.all(senders);

  expect(erasures.filter(({ state }) => state !== 'done')).toEqual([]);
  const receipts = receiptsOf(causeway.configuration);
  for (const { receipt } of erasures)
    expect(await receipts.verify(receipt ?? '')).toMatchObject({ verified: { found: 0 } });
  expect(stayed.length).toBeGreaterThan(people / 4);
  await eventually(
    'all other leads are captured',
    async () => {
      const { rows } = await causeway.queries.execute<{ count: number }>(sql`
        select count(*)::int as count from leads l join events e using (id) where e.outcome = 'captured'`);
      return rows[0]?.count === stayed.length ? true : undefined;
    },
    600_000,
  );
  const texts = gone.flatMap(({ email, last_name: last, message }) => [email, last, message]);
  const { found } = await scanOf(causeway)(texts);
  expect(found).toEqual({});
  const [log, told] = [lines.join(''), JSON.stringify(await causeway.sandbox.effects())];
  for (const text of texts) {
    expect(log).not.toContain(text);
    expect(told).not.toContain(text);
  }
}, 600_000);
