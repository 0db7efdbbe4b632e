import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { onTestFinished } from 'vitest';
import { claimBatch } from '../../src/db/batch-claims.ts';
import { batchWorkflowId } from '../../src/domain/ids.ts';
import { receipt } from '../../src/domain/received.ts';
import { projectFolder } from '../../src/main/world/folders.ts';
import { freePorts } from '../../src/main/world/ports.ts';
import type { RetentionInput } from '../../src/workflows/apply-retention.ts';
import type { Causeway } from '../causeway.ts';
import { crmRules, overdueDeal } from '../crm-rules.ts';
import { erase, sendLead, somebody } from '../erasing.ts';
import { eventually } from '../eventually.ts';
import { calmDeal, contestedDeal, daysFromNow, dealChange, newId, stalledDeal } from '../hubspot-events.ts';
import { postProduct, productEvent, startWithProduct } from '../product-events.ts';
import { postSigned } from '../post-signed.ts';
import { startProgram } from '../program.ts';
import { runServer } from '../running-sandbox.ts';
import { openSession } from '../session.ts';
import type { EventPathName } from './paths.ts';
import {
  called,
  causewayOf,
  happened,
  type Happened,
  record,
  refused,
  type Scenario,
  shortCalls,
} from './recording.ts';

// Makes every path happen over the real stack, and keeps what it left in Temporal's history. Run it when the workflow was
// changed in a way that running executions survive (`patched`), and when there is a new path:
// npx vitest run --config test/replay/record.config.ts

const working = () => causewayOf({ environment: shortCalls });
const waiting = () => causewayOf({ environment: shortCalls, worker: false });

/** Posts a change of a deal that the CRM knows as `deal`; resolves to the event's id. */
async function changed(causeway: Causeway, deal = stalledDeal(), url = causeway.url): Promise<string> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), deal);
  return postSigned(url, causeway.configuration, dealChange(dealId));
}

/** Cancels the execution of an event as soon as `connector` was called for it. */
async function canceled(
  causeway: Causeway,
  connector: 'hubspot' | 'gmail' | 'openai',
  operation: string,
): Promise<Happened> {
  const found = await happened(causeway, await changed(causeway));
  await called(causeway, connector, operation);
  await causeway.client.workflow.getHandle(found.workflowId).cancel();
  return found;
}

/** A deal whose priority we have written. */
async function withPriority(): Promise<{ causeway: Causeway; dealId: number }> {
  const rules = await crmRules();
  onTestFinished(() => rules.remove());
  const causeway = await causewayOf({ environment: { RULES_PATH: rules.folder } });
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), overdueDeal());
  await causeway.finished(await postSigned(causeway.url, causeway.configuration, dealChange(dealId)));
  return { causeway, dealId };
}

async function productOf(options: { worker?: boolean } = {}): Promise<Causeway> {
  const causeway = await startWithProduct('{maxWaitSeconds: 0}', { environment: shortCalls, ...options });
  onTestFinished(() => causeway.close());
  return causeway;
}

/** Two events for a batch, of which the first has something to do; resolves to their ids. */
async function viewed(causeway: Causeway): Promise<string[]> {
  const deal = String(newId());
  await causeway.sandbox.put('deals', deal, contestedDeal());
  const events = [productEvent('page.viewed', { deal }), productEvent('page.viewed')];
  return (await postProduct(causeway, events)).events.map(({ id }) => id);
}

/** The batch that took these events. */
async function batchOf(causeway: Causeway, ids: readonly string[]): Promise<Happened> {
  const workflowId = await eventually('a batch takes the events', async () => {
    const { rows } = await causeway.queries.execute<{ batchId: string | null }>(
      sql`select batch_id as "batchId" from events where id = ${ids[1]}`,
    );
    return rows[0]?.batchId ? batchWorkflowId(rows[0].batchId) : undefined;
  });
  return { causeway, workflowId };
}

/** A batch whose workflow was started, while there is no worker. */
async function startedBatch(causeway: Causeway): Promise<Happened> {
  await viewed(causeway);
  const batch = await claimBatch(causeway.queries, randomUUID(), { maxEvents: 2, maxWaitMs: 0 });
  if (!batch) throw new Error('no batch was claimed');
  await causeway.workflows.batches.start(batch, Date.now() + 10_000);
  return { causeway, workflowId: batchWorkflowId(batch.batchId) };
}

/** Posts a lead; resolves to the event's id. */
async function submitted({ url, configuration }: Causeway): Promise<string> {
  const response = await fetch(`${url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': configuration.INGEST_API_KEY ?? '' },
    body: JSON.stringify({ idempotency_key: randomUUID(), source: 'website', email: 'ada@example.com', consent: true }),
  });
  return receipt.parse(await response.json()).events[0]?.id ?? '';
}

/** Starts a workflow that is otherwise started by its schedule; `canceled` before a worker takes it. */
async function scheduled(
  causeway: Causeway,
  workflowType: 'applyRetention' | 'compactWarehouse',
  args: unknown[],
  { canceled: isCanceled = false } = {},
): Promise<Happened> {
  const { TEMPORAL_TASK_QUEUE: taskQueue } = causeway.configuration;
  const workflowId = `${workflowType}:${randomUUID()}`;
  const handle = await causeway.client.workflow.start(workflowType, { workflowId, taskQueue, args });
  if (isCanceled) await handle.cancel();
  await causeway.startWorker();
  return { causeway, workflowId };
}

/** So many things that operators did, a hundred days ago. */
const auditOf = ({ queries }: Causeway, count: number) =>
  queries.execute(sql`
    insert into audit_log (id, tenant_id, who, what, on_what, at)
    select gen_random_uuid(), 'default', '', '', '', clock_timestamp() - interval '100 days' from generate_series(1, ${count})`);

const retention = (changes: Partial<RetentionInput> = {}): RetentionInput => ({
  classes: [
    { name: 'violations', days: 30 },
    { name: 'audit', days: 30 },
    { name: 'keys', days: 1 },
  ],
  roundMs: 0,
  maxRounds: 2,
  ...changes,
});

/** A model is asked about every event. */
const modelFirst = 'modes: [{ types: [deal.*], mode: model-first }]';
const scenarios: Record<EventPathName, Scenario> = {
  async acted() {
    const causeway = await working();
    return happened(causeway, await changed(causeway));
  },

  async 'acted-traced'() {
    const receiver = await runServer((request, response) => request.resume().on('end', () => response.end('{}')));
    onTestFinished(() => receiver.close());
    const causeway = await waiting();
    const [port] = await freePorts(1);
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, PORT: String(port) };
    const all = await startProgram('all', causeway.configuration, traced);
    onTestFinished(async () => void (await all.stop()));
    return happened(causeway, await changed(causeway, stalledDeal(), `http://127.0.0.1:${port}`));
  },

  async 'acted-twice'() {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-rules-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await cp(join(projectFolder, 'rules'), folder, { recursive: true });
    const file = join(folder, 'stalled-deal-reactivation.yaml');
    const second = '  - {action: notify_ae, priority: high, target: [deal.id], parameters: {alert: "\'stalled\'"}}\n';
    await writeFile(file, (await readFile(file, 'utf8')).replace('reasoning:', `${second}reasoning:`));
    const causeway = await causewayOf({ environment: { RULES_PATH: folder } });
    return happened(causeway, await changed(causeway));
  },

  async stale() {
    const { causeway, dealId } = await withPriority();
    const older = dealChange(dealId, { occurredAt: Date.now() - 60_000 });
    return happened(causeway, await postSigned(causeway.url, causeway.configuration, older));
  },

  async echo() {
    const { causeway, dealId } = await withPriority();
    const report = dealChange(dealId, { propertyName: 'hs_priority', propertyValue: 'high' });
    return happened(causeway, await postSigned(causeway.url, causeway.configuration, report));
  },

  async undecided() {
    const causeway = await working();
    const calm = { ...contestedDeal(), competitors: '', closedate: daysFromNow(90) };
    return happened(causeway, await changed(causeway, calm));
  },

  async 'nothing-to-look-up'() {
    const causeway = await working();
    const { propertyName: _name, propertyValue: _value, ...event } = dealChange(newId());
    const deletion = { ...event, subscriptionType: 'contact.deletion', changeFlag: 'DELETED' };
    return happened(causeway, await postSigned(causeway.url, causeway.configuration, deletion));
  },

  async 'looked-up-with-gaps'() {
    const causeway = await working();
    await causeway.sandbox.fault({ connector: 'hubspot', fault: 'status', status: 500, times: 100 });
    return happened(causeway, await changed(causeway));
  },

  async 'look-up-failed'() {
    const causeway = await waiting();
    await refused(causeway, 'update of facts_sealed on events');
    await causeway.startWorker();
    return happened(causeway, await changed(causeway));
  },

  async 'effect-retried'() {
    const causeway = await working();
    await causeway.sandbox.fault({ connector: 'gmail', fault: 'status', status: 503 });
    return happened(causeway, await changed(causeway));
  },

  async 'effect-refused'() {
    const causeway = await working();
    await causeway.sandbox.fault({ connector: 'gmail', fault: 'status', status: 400 });
    return happened(causeway, await changed(causeway));
  },

  async 'canceled-before-it-began'() {
    const causeway = await waiting();
    const found = await happened(causeway, await changed(causeway));
    await causeway.client.workflow.getHandle(found.workflowId).cancel();
    await causeway.startWorker();
    return found;
  },

  async 'canceled-while-looking-up'() {
    const causeway = await working();
    await causeway.sandbox.fault({ connector: 'hubspot', operation: 'deals.read', fault: 'slow', delayMs: 3_000 });
    return canceled(causeway, 'hubspot', 'deals.read');
  },

  async 'canceled-while-acting'() {
    const causeway = await working();
    await causeway.sandbox.fault({ connector: 'gmail', fault: 'slow', delayMs: 1_000 });
    return canceled(causeway, 'gmail', 'drafts.create');
  },

  async 'effect-unknown'() {
    const causeway = await working();
    await causeway.sandbox.fault({ connector: 'gmail', fault: 'timeout' });
    return canceled(causeway, 'gmail', 'drafts.create');
  },

  async 'model-accepted'() {
    const causeway = await causewayOf({ settings: modelFirst });
    const action = { type: 'notify_ae', target: 'default', alert: 'needs_attention' };
    await causeway.sandbox.script({ plan: { reasoning: 'It is calm.', action, priority: 'high', confidence: 0.9 } });
    return happened(causeway, await changed(causeway, calmDeal()));
  },

  async 'model-failed'() {
    const causeway = await causewayOf({ settings: modelFirst });
    await causeway.sandbox.fault({ connector: 'openai', fault: 'status', status: 500 });
    return happened(causeway, await changed(causeway, calmDeal()));
  },

  async 'model-given-up'() {
    const causeway = await causewayOf({ settings: modelFirst, worker: false });
    await refused(causeway, 'insert on model_calls');
    await causeway.startWorker();
    return happened(causeway, await changed(causeway, calmDeal()));
  },

  async 'canceled-while-asking'() {
    const causeway = await causewayOf({ settings: modelFirst });
    await causeway.sandbox.fault({ connector: 'openai', fault: 'slow', delayMs: 3_000 });
    return canceled(causeway, 'openai', 'responses.create');
  },

  async 'batch-decided'() {
    const causeway = await productOf();
    const ids = await viewed(causeway);
    return batchOf(causeway, ids);
  },

  async 'decided-in-a-batch'() {
    const causeway = await productOf();
    const [acting = ''] = await viewed(causeway);
    await causeway.finished(acting);
    return happened(causeway, acting);
  },

  async 'batch-canceled'() {
    const causeway = await productOf();
    await causeway.sandbox.fault({ connector: 'hubspot', operation: 'deals.read', fault: 'slow', delayMs: 3_000 });
    const found = await batchOf(causeway, await viewed(causeway));
    await called(causeway, 'hubspot', 'deals.read');
    await causeway.client.workflow.getHandle(found.workflowId).cancel();
    return found;
  },

  async 'batch-canceled-before-it-began'() {
    const causeway = await productOf({ worker: false });
    const found = await startedBatch(causeway);
    await causeway.client.workflow.getHandle(found.workflowId).cancel();
    await causeway.startWorker();
    return found;
  },

  async 'batch-empty'() {
    const causeway = await productOf({ worker: false });
    const found = await startedBatch(causeway);
    await causeway.queries.execute(sql`update events set state = 'done', holds_lane = false`);
    await causeway.startWorker();
    return found;
  },

  async 'batch-given-up'() {
    const causeway = await productOf({ worker: false });
    await refused(causeway, 'update of facts_sealed on events');
    const found = await startedBatch(causeway);
    await causeway.startWorker();
    return found;
  },

  async 'lead-captured'() {
    const causeway = await working();
    return happened(causeway, await submitted(causeway));
  },

  async 'lead-refused'() {
    const causeway = await working();
    await causeway.sandbox.fault({ connector: 'marketing', fault: 'status', status: 400 });
    return happened(causeway, await submitted(causeway));
  },

  async 'person-erased'() {
    const causeway = await working();
    const lead = somebody();
    await causeway.finished(await sendLead(causeway, lead));
    return happened(causeway, (await erase(causeway, { email: lead.email })).id);
  },

  async 'erasure-refused'() {
    const causeway = await working();
    const lead = somebody();
    await causeway.finished(await sendLead(causeway, lead));
    await causeway.sandbox.fault({ connector: 'marketing', fault: 'status', status: 400 });
    return happened(causeway, (await erase(causeway, { email: lead.email })).id);
  },

  /** The rest of a lease is waited for, in which an attempt could still reach somebody. */
  async 'erasure-awaited'() {
    const causeway = await working();
    const lead = somebody();
    await causeway.sandbox.fault({
      connector: 'hubspot',
      operation: 'contacts.batchUpsert',
      fault: 'status',
      status: 400,
    });
    await causeway.sandbox.fault({ connector: 'assistant', fault: 'status', status: 400 });
    const id = await sendLead(causeway, lead);
    await causeway.finished(id);
    await causeway.queries.execute(
      sql`update effects set attempt_lease_until = clock_timestamp() + interval '2 seconds' where key = ${`${id}:send_to_marketing`}`,
    );
    return happened(causeway, (await erase(causeway, { email: lead.email })).id);
  },

  async 'residue-found'() {
    const causeway = await working();
    const { email } = somebody();
    // A table that nobody clears.
    await causeway.queries.execute(sql`create table notes as select ${email}::text as note`);
    return happened(causeway, (await erase(causeway, { email })).id);
  },

  async 'retention-applied'() {
    const causeway = await waiting();
    await auditOf(causeway, 501);
    return scheduled(causeway, 'applyRetention', [retention()]);
  },

  async 'retention-cut-short'() {
    const causeway = await waiting();
    await auditOf(causeway, 1_001);
    return scheduled(causeway, 'applyRetention', [retention({ classes: [{ name: 'audit', days: 30 }] })]);
  },

  async 'retention-of-one-failed'() {
    const causeway = await waiting();
    await auditOf(causeway, 1);
    await refused(causeway, 'delete on audit_log');
    const classes = ['audit', 'keys'] as const;
    return scheduled(causeway, 'applyRetention', [retention({ classes: classes.map((name) => ({ name, days: 30 })) })]);
  },

  async 'retention-canceled'() {
    return scheduled(await waiting(), 'applyRetention', [retention()], { canceled: true });
  },

  async 'compaction-done'() {
    return scheduled(await waiting(), 'compactWarehouse', []);
  },

  async 'compaction-canceled'() {
    return scheduled(await waiting(), 'compactWarehouse', [], { canceled: true });
  },

  async superseded() {
    const causeway = await waiting();
    const id = await changed(causeway);
    const found = await happened(causeway, id);
    await causeway.queries.execute(
      sql`update events set generation = generation + 1, state = 'done', holds_lane = false where id = ${id}`,
    );
    await causeway.startWorker();
    return found;
  },

  async erased() {
    const causeway = await waiting();
    const id = await changed(causeway);
    await causeway.queries.execute(
      sql`delete from subject_keys where id = (select subject_key_id from events where id = ${id})`,
    );
    await causeway.startWorker();
    return happened(causeway, id);
  },

  async 'waited-for-the-database'() {
    const causeway = await waiting();
    const id = await changed(causeway);
    const found = await happened(causeway, id);
    const session = await openSession(causeway.configuration.DATABASE_URL);
    onTestFinished(() => session.close());
    await session.query('begin');
    await session.query('select from events where id = $1 for update', [id]);
    await causeway.startWorker();
    const handle = causeway.client.workflow.getHandle(found.workflowId);
    // A workflow task is completed while the first step still waits: from then on the step's retries are in history.
    await eventually('the first step outlives its workflow task', async () =>
      ((await handle.fetchHistory()).events?.length ?? 0) > 4 ? true : undefined,
    );
    await session.query('rollback');
    return found;
  },
};

record(scenarios);
