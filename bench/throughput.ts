import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { standardWebhook } from '../sandbox/standard-webhook.ts';
import { createWorker } from '../src/temporal/worker.ts';
import { bareActivities } from './bare-activities.ts';
import { inDays, type RunningCauseway, stalledDeal, startCauseway, webhookSecret } from './running-causeway.ts';

/**
 * How many events a second, beside a workflow that takes the same steps and does nothing in them, on the same server and in the
 * same process, in turns. Events come in requests of a hundred, each in a lane of its own. What is worth something is the ratio:
 * all of it runs on one machine, the vendors' stand-ins included.
 */
const rounds = 3;
const alone = 200;
const batched = 2_000;

const causeway = await startCauseway({ sweepEveryMs: 200 });
const bareQueue = 'bare';
const bareWorker = await createWorker({
  connection: causeway.connection,
  namespace: causeway.configuration.TEMPORAL_NAMESPACE,
  taskQueue: bareQueue,
  activities: bareActivities,
  interceptor: () => ({}),
  plugins: [],
  codec: causeway.codec,
  workflowsPath: fileURLToPath(new URL('bare-workflow.ts', import.meta.url)),
});
const working = bareWorker.run();
const newId = () => String(Math.floor(Math.random() * 1e12));
const stalled = newId();
await causeway.putDeal(stalled, stalledDeal());
const calm = Array.from({ length: 50 }, newId);
for (const id of calm) await causeway.putDeal(id, { ...stalledDeal(), closedate: inDays(90) });
const withEffect = () => ({ deal: stalled });
const without = (index: number) => ({ deal: calm[index % calm.length] ?? '' });

const measures: Record<string, () => Promise<number>> = {
  'bare workflow, 5 steps': () => bare(alone, true),
  'single events with an effect': () => events(causeway, 'seat.added', alone, withEffect),
  'bare workflow, 4 steps': () => bare(alone, false),
  'single events without': () => events(causeway, 'seat.added', alone, without),
  'batched events without': () => events(causeway, 'page.viewed', batched, without),
  'batched events, one in fifty with': () =>
    events(causeway, 'page.viewed', batched, (index) => (index % 50 === 0 ? withEffect() : without(index))),
};
const found = new Map<string, number[]>(Object.keys(measures).map((name) => [name, []]));
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, measure] of Object.entries(measures)) {
    const perSecond = await measure();
    // The first round warms everything up.
    if (round > 0) found.get(name)?.push(perSecond);
  }
}
const perSecond = Object.fromEntries([...found].map(([name, values]) => [name, Math.round(median(values))]));
const ratio = (name: string, to: string) => Number(((perSecond[name] ?? 0) / (perSecond[to] ?? 1)).toFixed(2));
console.log(
  JSON.stringify(
    {
      perSecond,
      ratios: {
        'single with an effect : bare': ratio('single events with an effect', 'bare workflow, 5 steps'),
        'single without : bare': ratio('single events without', 'bare workflow, 4 steps'),
        'batched without : bare': ratio('batched events without', 'bare workflow, 4 steps'),
        'batched, one in fifty with : bare': ratio('batched events, one in fifty with', 'bare workflow, 4 steps'),
      },
    },
    null,
    2,
  ),
);
bareWorker.shutdown();
await working;
await causeway.stop();

/** Starts so many and waits for all of them; returns how many ended in a second. */
async function bare(count: number, acts: boolean): Promise<number> {
  const startedMs = performance.now();
  const waiting = Array.from({ length: count }, (_, index) => index);
  async function next(): Promise<void> {
    for (let turn = waiting.shift(); turn !== undefined; turn = waiting.shift()) {
      await causeway.client.workflow.start('bare', {
        workflowId: `bare:${randomUUID()}`,
        taskQueue: bareQueue,
        args: [{ acts }],
      });
    }
  }
  // As many at once as the starter of events has.
  await Promise.all(Array.from({ length: 20 }, next));
  await untilNone(async () => {
    const { count: open } = await causeway.client.workflow.count(
      `WorkflowType = 'bare' and ExecutionStatus = 'Running'`,
    );
    return open;
  });
  return (count * 1_000) / (performance.now() - startedMs);
}

/** Posts so many in requests of a hundred and waits until all are done; returns how many in a second. */
async function events(
  { url, queries }: RunningCauseway,
  type: string,
  count: number,
  given: (index: number) => Record<string, string>,
): Promise<number> {
  const startedMs = performance.now();
  for (let posted = 0; posted < count; posted += 100) {
    const body = Array.from({ length: 100 }, (_, index) => ({
      type,
      timestamp: new Date().toISOString(),
      object: 'session',
      id: randomUUID(),
      ...given(posted + index),
    }));
    await post(url, body);
  }
  await untilNone(async () => {
    const { rows } = await queries.execute<{ open: number }>(
      sql`select count(*)::int as open from events where holds_lane`,
    );
    return rows[0]?.open ?? 0;
  });
  const { rows } = await queries.execute(sql`select from events where state = 'failed' limit 1`);
  if (rows.length > 0) throw new Error('an event of the benchmark failed');
  return (count * 1_000) / (performance.now() - startedMs);
}

async function post(url: string, sent: readonly object[]): Promise<void> {
  const request = standardWebhook({ secret: webhookSecret, id: `msg_${randomUUID()}`, events: sent });
  const response = await fetch(`${url}/webhooks/product`, request);
  if (response.status !== 202) throw new Error(`answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
}

async function untilNone(open: () => Promise<number>): Promise<void> {
  const endsAt = Date.now() + 120_000;
  while (Date.now() < endsAt) {
    if ((await open()) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('not everything ended within two minutes');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
