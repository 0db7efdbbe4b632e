import { sql } from 'drizzle-orm';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { createOwnServer } from './own-server.ts';
import { type Program, startProgram } from './program.ts';
import { postRoleChange, roleChange } from './role-change-posts.ts';

/**
 * Protects the promises of refreshes under many changes while the worker and Temporal are killed, twice each. `CHANGES=1000` is the full
 * measure, over fifty companies.
 */

const changes = Number(process.env['CHANGES'] ?? 100);
const perCompany = 20;
const companies = changes / perCompany;
const staff = 3;
const windowSeconds = 4;

vi.setConfig({ testTimeout: 600_000 });

type Run = { companyId: string; status: string; startedMs: number; finishedMs: number };

async function runsOf({ queries }: Causeway): Promise<Run[]> {
  const { rows } = await queries.execute<Run>(sql`
    select company_id as "companyId", status, extract(epoch from started_at)::float8 * 1000 as "startedMs",
      extract(epoch from finished_at)::float8 * 1000 as "finishedMs" from buyer_group_refresh_logs order by started_at`);
  return rows;
}

/** How many events, and runs, are in which state. */
async function tally({ queries }: Causeway): Promise<Record<string, number>> {
  const { rows } = await queries.execute<{ what: string; count: number }>(sql`
    select e.source || ' ' || e.state as what, count(*)::int as count from events e group by 1
    union all select 'run ' || status, count(*)::int from buyer_group_refresh_logs group by status`);
  return Object.fromEntries(rows.map(({ what, count }) => [what, count]));
}

test(`${changes} role changes over ${companies} companies, worker and Temporal killed twice: each has its fate, none is lost, and no company has two runs in its window`, async () => {
  const temporal = await createOwnServer('temporal');
  onTestFinished(() => temporal.close());
  await temporal.start();
  const causeway = await startCauseway({
    worker: false,
    environment: { TEMPORAL_ADDRESS: temporal.temporalAddress },
    settings: JSON.stringify({
      buyerGroups: {
        windowSeconds,
        runsPerMinute: 10_000,
        concurrentRuns: 10,
        enrichmentLevel: 'identify',
        dailyCredits: { coresignal: 1_000_000 },
      },
    }),
  });
  onTestFinished(() => causeway.close());
  const { sandbox } = causeway;
  for (let number = 0; number < companies; number += 1) {
    await sandbox.arrange(`companies/${8_000 + number}`, {
      name: `Company ${number}`,
      domain: `load-${number}.example`,
    });
    for (let person = 0; person < staff; person += 1) {
      await sandbox.arrange(`people/${900_000 + 10 * number + person}`, {
        name: `Person ${number} ${person}`,
        positions: [
          {
            companyId: String(8_000 + number),
            title: ['CRO', 'VP Sales', 'Account Executive'][person],
            from: '2020-01-01',
          },
        ],
      });
    }
  }

  let worker: Program = await startProgram('worker', causeway.configuration);
  const ids: string[] = [];
  let next = 0;
  async function post(): Promise<void> {
    for (let number = next++; number < changes; number = next++) {
      const company = { name: `Company ${number % companies}`, domain: `load-${number % companies}.example` };
      ids.push(await postRoleChange(causeway, roleChange({ company })));
    }
  }
  const posting = Promise.all(Array.from({ length: 8 }, post));
  const posted = (part: number) =>
    eventually('so many are posted', async () => (ids.length >= part * changes ? true : undefined), 120_000);
  async function killWorker(): Promise<void> {
    await worker.kill();
    worker = await startProgram('worker', causeway.configuration);
  }
  async function killTemporal(): Promise<void> {
    await temporal.kill();
    await temporal.start();
  }
  for (const [part, kill] of [
    [0.2, killWorker],
    [0.4, killTemporal],
    [0.6, killWorker],
    [0.8, killTemporal],
  ] as const) {
    await posted(part);
    await kill();
  }
  await posting;
  onTestFinished(async () => {
    await worker.stop();
  });

  await eventually(
    'everything is over',
    async () => {
      const states = await tally(causeway);
      return states['person-change done'] === changes && !states['run waiting'] && !states['run processing']
        ? states
        : undefined;
    },
    300_000,
  ).catch(async (error: unknown) => {
    throw new Error(JSON.stringify(await tally(causeway)), { cause: error });
  });

  const { rows: fates } = await causeway.queries.execute<{ outcome: string; count: number; unseen: number }>(sql`
    select e.outcome, count(*)::int as count, (count(*) filter (where not exists (
      select from buyer_group_refresh_reasons r join buyer_group_refresh_logs l on l.id = r.job_id
      where r.event_id = e.id and l.status = 'completed')))::int as unseen
    from events e where e.source = 'person-change' group by e.outcome`);
  expect(fates.map(({ outcome }) => outcome).toSorted()).toEqual(['acted', 'coalesced']);
  expect(fates.reduce((sum, { count }) => sum + count, 0)).toBe(changes);
  expect(fates.map(({ unseen }) => unseen)).toEqual([0, 0]);

  const runs = await runsOf(causeway);
  for (const ofOne of Map.groupBy(runs, ({ companyId }) => companyId).values()) {
    for (const [index, run] of ofOne.entries()) {
      expect(run.status).toBe('completed');
      const before = ofOne[index - 1];
      if (!before) continue;
      expect(run.startedMs - before.startedMs).toBeGreaterThanOrEqual(windowSeconds * 1_000);
      expect(run.startedMs).toBeGreaterThanOrEqual(before.finishedMs);
    }
  }
  expect(runs.length).toBeLessThan(changes / 2);

  // A worker that dies between an answer and its storing pays for that one again: at the most what was under way.
  const paid = (await sandbox.effects()).filter(({ connector }) => connector === 'coresignal');
  const plan = companies + companies * staff;
  expect(new Set(paid.map(({ target }) => target)).size).toBe(plan);
  const { rows: counted } = await causeway.queries.execute<{ credits: number }>(
    sql`select sum(credits)::int as credits from provider_credits where provider = 'coresignal'`,
  );
  expect(counted[0]?.credits).toBeGreaterThanOrEqual(20 * paid.length);
  expect(paid.length - plan).toBeLessThanOrEqual(2 * 40);
  console.log({ changes, companies, runs: runs.length, fates, paid: paid.length, plan, counted: counted[0]?.credits });
});
