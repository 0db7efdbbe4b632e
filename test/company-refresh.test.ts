import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { findOrAddCompany } from '../src/db/buyer-groups/companies.ts';
import { requestRefresh } from '../src/db/buyer-groups/requests.ts';
import { companyWorkflowId } from '../src/domain/ids.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { newId } from './hubspot-events.ts';

/** Protects that nothing which a company is to be refreshed for is lost: not with a signal, not with its workflow, not with a worker. */

vi.setConfig({ testTimeout: 300_000 });

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ sweepEveryMs: 200, sweep: { staleMs: 2_000 } });
});
afterAll(() => causeway.close());

async function someCompany() {
  const id = await findOrAddCompany(causeway.queries, 'default', { domain: `company-${newId()}.example` });
  return { id, tenantId: 'default' };
}
const ask = (companyId: string, isForced: boolean) =>
  requestRefresh(causeway.queries, {
    tenantId: 'default',
    companyId,
    priority: 3,
    level: 'identify',
    isForced,
    windowMs: 3_600_000,
    eventId: null,
    move: null,
    requestedBy: 'test',
    requester: null,
  });
const wake = (company: { id: string; tenantId: string }, about: string) =>
  causeway.workflows.companies.wake(company, about, Date.now() + 20_000);
const ended = (jobId: string) =>
  eventually(
    `the refresh ${jobId} ends`,
    async () => {
      const { rows } = await causeway.queries.execute<{ status: string }>(
        sql`select status from buyer_group_refresh_logs where id = ${jobId}`,
      );
      return rows[0]?.status === 'completed' ? true : undefined;
    },
    120_000,
  );

/** Of a run, and of all that it went on as. */
async function historiesFrom(workflowId: string, firstRun: string) {
  const histories: Awaited<ReturnType<typeof historyOf>>[] = [];
  for (let runId: string | undefined = firstRun; runId;) {
    const history = await historyOf(workflowId, runId);
    histories.push(history);
    runId = history.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return histories;
}
const historyOf = async (workflowId: string, runId: string) =>
  (await causeway.client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];

/** What the signals of these histories were about, each once. */
function signaled(histories: Awaited<ReturnType<typeof historiesFrom>>): ReadonlySet<string> {
  const given = histories.flat().flatMap((event) => event.workflowExecutionSignaledEventAttributes ?? []);
  return new Set(given.map(({ input }) => Buffer.from(input?.payloads?.[0]?.data ?? []).toString()));
}

/** `SIGNALS=20000` is the full measure. */
const signals = Number(process.env['SIGNALS'] ?? 3_000);
/** At once. More than a hundred signals in one step are too many for Temporal, which then has it done again. */
const senders = 2;

test(`${signals} signals to one company go by as a chain of runs, and what comes among them is refreshed`, async () => {
  const company = await someCompany();
  const { jobId } = await ask(company.id, false);
  await wake(company, jobId);
  await ended(jobId);
  const handle = causeway.client.workflow.getHandle(companyWorkflowId(company.id));
  const { runId: firstRun } = await handle.describe();
  const take = (about: string) =>
    handle.signal('wake', about).then(
      () => true,
      () => undefined,
    );
  /** A run that is full of signals refuses them until it has gone on as another: those who are refused ask again one after the other. */
  let again: Promise<unknown> = Promise.resolve();
  async function signal(about: string): Promise<void> {
    if (await take(about)) return;
    again = again.then(() => eventually('a signal is taken', () => take(about), 200_000));
    await again;
  }
  let sent = 0;
  const forced: string[] = [];
  async function send(): Promise<void> {
    for (let number = sent++; number < signals; number = sent++) {
      if (number % (signals / 4) === signals / 8) {
        const asked = await ask(company.id, true);
        forced.push(asked.jobId);
        await signal(`${asked.jobId}:forced:${number}`);
      } else await signal(`a signal:${number}`);
    }
  }
  await Promise.all(Array.from({ length: senders }, send));
  expect(forced).toHaveLength(4);
  for (const id of forced) await ended(id);

  // What comes in while the workflow takes a step is written into its history when that is over.
  const histories = await eventually(
    'every signal is in the histories',
    async () => {
      const read = await historiesFrom(companyWorkflowId(company.id), firstRun);
      const ours = [...signaled(read)].filter((about) => /(?:a signal|forced):\d+"$/.test(about));
      return ours.length === signals ? read : undefined;
    },
    120_000,
  );
  expect(histories.length).toBeGreaterThanOrEqual(2);
  const { status } = await handle.describe();
  expect(status.name).toBe('RUNNING');
});

test('a company whose workflow was ended from outside is seen to by another, and its hour holds all the same', async () => {
  const company = await someCompany();
  const first = await ask(company.id, false);
  await wake(company, first.jobId);
  await ended(first.jobId);
  const handle = causeway.client.workflow.getHandle(companyWorkflowId(company.id));
  const { runId: ending } = await handle.describe();
  await eventually('it has looked after the run, too', async () =>
    (await historyOf(companyWorkflowId(company.id), ending)).filter(({ markerRecordedEventAttributes: look }) => look)
      .length > 1
      ? true
      : undefined,
  );
  await handle.terminate('a test');
  const second = await ask(company.id, false);
  expect(second.isCoalesced).toBe(true);
  const { runId } = await eventually(
    'the sweep wakes it',
    async () => {
      const found = await handle.describe();
      return found.status.name === 'RUNNING' ? found : undefined;
    },
    60_000,
  );
  const waiting = await eventually('it has looked', async () => {
    const { rows } = await causeway.queries.execute<{ status: string; left: number }>(sql`
      select status, extract(epoch from asked_until - clock_timestamp())::float8 as left from buyer_group_refresh_logs where id = ${second.jobId}`);
    return rows[0] && rows[0].left > 1_000 ? rows[0] : undefined;
  });
  expect(waiting.status).toBe('waiting');
  await causeway.stopWorker();
  await causeway.startWorker();
  expect(await ask(company.id, true)).toMatchObject({ jobId: second.jobId, isNew: false });
  await wake(company, `${second.jobId}:forced`);
  await ended(second.jobId);
  expect((await handle.describe()).runId).toBe(runId);
});

test('a run that is full of signals, since no worker was there, goes on as another one', async () => {
  const company = await someCompany();
  await causeway.stopWorker();
  await wake(company, 'the first');
  const handle = causeway.client.workflow.getHandle(companyWorkflowId(company.id));
  const { runId: full } = await handle.describe();
  let sent = 0;
  async function fill(): Promise<void> {
    for (let number = sent++; number < 12_000; number = sent++)
      if (
        !(await handle.signal('wake', `signal ${number}`).then(
          () => true,
          () => false,
        ))
      )
        return;
  }
  await Promise.all(Array.from({ length: 16 }, fill));
  expect(sent).toBeLessThan(12_000);
  const { jobId } = await ask(company.id, false);
  await causeway.startWorker();
  await ended(jobId);
  expect((await handle.describe()).runId).not.toBe(full);
  const steps = await historyOf(companyWorkflowId(company.id), full);
  expect(steps.filter(({ workflowTaskFailedEventAttributes: failed }) => failed)).toEqual([]);
});
