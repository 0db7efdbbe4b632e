import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { z } from 'zod';
import { hubspotWebhook } from '../sandbox/hubspot/webhook.ts';
import { parseEnvironment } from '../src/config/environment.ts';
import type { SweepLimits } from '../src/intake/starter.ts';
import { eventView } from '../src/domain/event-view.ts';
import { type Receipt, receipt, receiptOf } from '../src/domain/received.ts';
import { readinessOf } from '../src/main/probes.ts';
import { startWork } from '../src/main/work.ts';
import { historyCodecOf, openPool } from '../src/main/stores.ts';
import { wireApp } from '../src/main/wiring.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { clientOf } from '../src/temporal/client.ts';
import { createEventWorkflows } from '../src/temporal/event-workflows.ts';
import { connect, installRuntime } from '../src/temporal/worker.ts';
import { createTestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { runSandbox } from './running-sandbox.ts';
import { testSettings } from './test-settings.ts';

// The SDK would write its own lines over the report of the tests.
installRuntime(createLogger({ level: 'silent', process: 'test', pretty: false }));

/** An event as tests read it: nearly all have a workflow, and the id of one that has none is empty. */
const readView = eventView.extend({
  workflow: eventView.shape.workflow.unwrap().catch({ id: '', runId: null, url: '' }),
});
export type ReadView = z.infer<typeof readView>;

export type Causeway = Awaited<ReturnType<typeof startCauseway>>;

export interface Answer {
  status: number;
  /** Empty unless it is a 202. */
  body: Receipt;
  /** What was answered, whatever it is. */
  raw: unknown;
}

/**
 * Causeway as it runs in production, in this process: its HTTP server, its worker and its sweeper, over a database, a task
 * queue and vendors of the test's own. Environment variables and the sweeper's limits can be changed.
 */
export async function startCauseway(
  options: {
    environment?: Record<string, string>;
    /** The text of a causeway.yaml; without one all defaults hold, so that everything is decided by rules. */
    settings?: string;
    worker?: boolean;
    sweep?: Partial<SweepLimits>;
    sweepEveryMs?: number;
    /** Takes the log's lines, of the level that `LOG_LEVEL` says. */
    logTo?: { write(line: string): void };
  } = {},
) {
  const database = await createTestDatabase();
  const sandbox = await runSandbox();
  const folder = await mkdtemp(join(tmpdir(), 'causeway-settings-'));
  await writeFile(join(folder, 'causeway.yaml'), testSettings(options.settings ?? ''));
  const configuration = parseEnvironment({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_TASK_QUEUE: `test-${randomUUID()}`,
    // Workflow ids are made from keyed hashes: a key of its own keeps tests apart in the one namespace.
    HASH_KEY: randomBytes(32).toString('base64'),
    SANDBOX_PORT: String(sandbox.port),
    CAUSEWAY_FILE: join(folder, 'causeway.yaml'),
    ...options.environment,
  });
  const log = createLogger({
    level: configuration.LOG_LEVEL,
    process: 'test',
    pretty: false,
    destination: options.logTo,
  });
  const metrics = createMetrics();
  const connection = await connect(configuration.TEMPORAL_ADDRESS, log);
  const codec = historyCodecOf(configuration, log);
  const client = clientOf(connection, { namespace: configuration.TEMPORAL_NAMESPACE, plugins: [], codec });
  const workflows = createEventWorkflows({ client, taskQueue: configuration.TEMPORAL_TASK_QUEUE, eager: false, codec });
  const pool = openPool(configuration, log, 'test', 12);
  const { queries } = pool;
  const app = await wireApp(configuration, {
    accepting: queries,
    reading: queries,
    workflows,
    readiness: readinessOf(configuration, queries, client),
    codec,
    metrics,
    log,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  const startWorker = () =>
    startWork(
      { configuration, log, metrics, tracing: { plugins: [], shutdown: async () => {} } },
      {
        connection,
        codec,
        workflows,
        // Encryption has a bundle of its own, which the worker builds.
        ...(!codec.encrypts && { bundle: { codePath: inject('workflowBundlePath') } }),
        sweep: options.sweep,
        sweepEveryMs: options.sweepEveryMs,
      },
    );
  let worker = options.worker === false ? undefined : await startWorker();

  const read = async (id: string): Promise<ReadView> => {
    const response = await fetch(`${url}/api/v1/events/${id}`, {
      headers: { authorization: `Bearer ${configuration.OPERATOR_API_KEY}` },
      signal: AbortSignal.timeout(20_000),
    });
    if (!response.ok) throw new Error(`reading event ${id}: ${response.status}`);
    return readView.parse(await response.json());
  };

  return {
    configuration,
    app,
    url,
    sandbox,
    queries,
    client,
    codec,
    workflows,
    metrics,
    log,
    read,
    /** Posts events (or any text) as HubSpot would, signed. */
    async post(events: unknown, headers: Record<string, string> = {}): Promise<Answer> {
      const { HUBSPOT_WEBHOOK_URL, HUBSPOT_CLIENT_SECRET: secret } = configuration;
      const request = hubspotWebhook({ url: HUBSPOT_WEBHOOK_URL, secret, events, nowMs: Date.now() });
      const response = await fetch(`${url}/webhooks/hubspot`, {
        ...request,
        headers: { ...request.headers, ...headers },
        signal: AbortSignal.timeout(20_000),
      });
      const raw: unknown = await response.json();
      return { status: response.status, raw, body: response.status === 202 ? receipt.parse(raw) : receiptOf([]) };
    },
    /** The event once it is done or failed. */
    finished: (id: string, deadlineMs = 60_000): Promise<ReadView> =>
      eventually(
        `event ${id} finishes`,
        async () => {
          const view = await read(id);
          return view.finishedAt ? view : undefined;
        },
        deadlineMs,
      ),
    async startWorker(): Promise<void> {
      worker ??= await startWorker();
    },
    async stopWorker(): Promise<void> {
      await worker?.stop();
      worker = undefined;
    },
    async close(): Promise<void> {
      await worker?.stop();
      await app.close();
      await pool.close();
      await connection.close();
      await sandbox.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
