import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client as PgClient } from 'pg';
import { hubspotWebhook } from '../sandbox/hubspot/webhook.ts';
import { startSandbox } from '../sandbox/server.ts';
import { type Configuration, parseEnvironment } from '../src/config/environment.ts';
import { migrateDatabase } from '../src/db/migrate.ts';
import { type EventView, eventView } from '../src/domain/event-view.ts';
import { receipt } from '../src/domain/received.ts';
import { openPool } from '../src/main/stores.ts';
import { wireApp } from '../src/main/wiring.ts';
import { startWork } from '../src/main/work.ts';
import { projectFolder } from '../src/main/world/folders.ts';
import { startLocalServers } from '../src/main/world/local-servers.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { clientOf } from '../src/temporal/client.ts';
import { createEventWorkflows } from '../src/temporal/event-workflows.ts';
import { connect, installRuntime } from '../src/temporal/worker.ts';

/**
 * What one event that a rule decides costs when nothing else happens: one lane after the other, each finished before the next is
 * posted. Counts are exact; times are of this machine, with API, worker, sandbox, PostgreSQL and Temporal all on it.
 */
const warmUp = 10;
const measured = 60;

let roundTrips = 0;
const statements = new Map<string, number>();
countRoundTrips();

const dataDir = join(projectFolder, '.causeway', 'bench');
const servers = await startLocalServers({ dataDir, fresh: true });
const sandbox = await startSandbox({ port: 0, statePath: join(dataDir, 'sandbox.state') });
try {
  await migrateDatabase(servers.databaseUrl);
  const configuration = parseEnvironment({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATABASE_URL: servers.databaseUrl,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    SANDBOX_PORT: String(sandbox.port),
    CAUSEWAY_FILE: fileURLToPath(new URL('causeway.yaml', import.meta.url)),
  });
  const log = createLogger({ level: 'silent', process: 'bench', pretty: false });
  const metrics = createMetrics();
  installRuntime(log);
  const connection = await connect(configuration.TEMPORAL_ADDRESS, log);
  const client = clientOf(connection, { namespace: configuration.TEMPORAL_NAMESPACE, plugins: [] });
  const workflows = createEventWorkflows({ client, taskQueue: configuration.TEMPORAL_TASK_QUEUE, eager: false });
  const pool = openPool(configuration, log, 'bench', 10);
  const app = await wireApp(configuration, {
    accepting: pool.queries,
    reading: pool.queries,
    workflows,
    readiness: async () => ({ ready: true, checks: {} }),
    metrics,
    log,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  // A sweep is work of the clock, not of an event: one at the start, and then none.
  const tracing = { plugins: [], shutdown: async () => {} };
  const work = await startWork(
    { configuration, log, tracing, metrics },
    { connection, workflows, sweepEveryMs: 3_600_000 },
  );

  const durationsMs: number[] = [];
  let last: EventView | undefined;
  for (let turn = 0; turn < warmUp + measured; turn += 1) {
    if (turn === warmUp) {
      roundTrips = 0;
      statements.clear();
    }
    last = await oneEvent(url, configuration);
    if (turn >= warmUp) durationsMs.push(Date.parse(last.finishedAt ?? '') - Date.parse(last.receivedAt));
  }
  // The row is finished inside the last task: the history is whole only when the workflow has closed.
  const handle = client.workflow.getHandle(last?.workflow.id ?? '');
  await handle.result();
  const history = await handle.fetchHistory();
  const events = history.events ?? [];
  durationsMs.sort((a, b) => a - b);
  const percentile = (share: number) => durationsMs[Math.floor(share * (durationsMs.length - 1))];
  console.log(
    JSON.stringify(
      {
        events: measured,
        perEvent: {
          workflowTasks: events.filter(({ workflowTaskCompletedEventAttributes: completed }) => completed).length,
          historyEvents: events.length,
          // The polling of this benchmark itself is not counted.
          databaseRoundTrips: roundTrips / measured,
          statements: Object.fromEntries([...statements].map(([name, count]) => [name, count / measured])),
        },
        acceptToDoneMs: { p50: percentile(0.5), p90: percentile(0.9), max: durationsMs.at(-1) },
      },
      null,
      2,
    ),
  );
  await app.close();
  await work.stop();
  await pool.close();
  await connection.close();
} finally {
  await sandbox.close();
  await servers.stop();
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

async function oneEvent(url: string, configuration: Configuration): Promise<EventView> {
  const dealId = Math.floor(Math.random() * 1e12);
  const properties = {
    dealname: 'Bench',
    dealstage: 'qualifiedtobuy',
    closedate: inDays(10),
    notes_last_updated: inDays(-20),
  };
  await fetch(`${sandbox.url}/_sandbox/crm/deals/${dealId}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ properties }),
  });
  const change = {
    eventId: dealId,
    subscriptionId: 1,
    portalId: 1,
    appId: 1,
    occurredAt: Date.now(),
    subscriptionType: 'deal.propertyChange',
    attemptNumber: 0,
    objectId: dealId,
    propertyName: 'amount',
    propertyValue: randomUUID(),
    changeSource: 'CRM_UI',
    sourceId: 'userId:1',
  };
  const { HUBSPOT_WEBHOOK_URL, HUBSPOT_CLIENT_SECRET: secret, OPERATOR_API_KEY } = configuration;
  const request = hubspotWebhook({ url: HUBSPOT_WEBHOOK_URL, secret, events: [change], nowMs: Date.now() });
  const answer = receipt.parse(await (await fetch(`${url}/webhooks/hubspot`, request)).json());
  const endsAt = Date.now() + 30_000;
  while (Date.now() < endsAt) {
    const response = await fetch(`${url}/api/v1/events/${answer.events[0]?.id}`, {
      headers: { authorization: `Bearer ${OPERATOR_API_KEY}` },
    });
    const view = eventView.parse(await response.json());
    if (view.finishedAt) return view;
  }
  throw new Error('an event did not finish within 30 s');
}

/** Counts what goes to PostgreSQL: each query of a client is one round trip. Reads of `GET /api/v1/events/:id` are left out. */
function countRoundTrips(): void {
  const original = Reflect.get(PgClient.prototype, 'query');
  PgClient.prototype.query = function counted(this: PgClient, ...args: unknown[]) {
    const first = args[0];
    const text =
      typeof first === 'string'
        ? first
        : typeof first === 'object' && first !== null && 'text' in first
          ? String(first.text)
          : '';
    if (!text.includes('jsonb_agg')) {
      roundTrips += 1;
      const name = text.trim().replace(/\s+/g, ' ').slice(0, 60);
      statements.set(name, (statements.get(name) ?? 0) + 1);
    }
    return Reflect.apply(original, this, args);
  };
}
