import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../sandbox/server.ts';
import { parseEnvironment } from '../src/config/environment.ts';
import { migrateDatabase } from '../src/db/migrate.ts';
import { historyCodecOf, openPool } from '../src/main/stores.ts';
import { wireApp } from '../src/main/wiring.ts';
import { startWork } from '../src/main/work.ts';
import { projectFolder } from '../src/main/world/folders.ts';
import { startLocalServers } from '../src/main/world/local-servers.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { clientOf } from '../src/temporal/client.ts';
import { createEventWorkflows } from '../src/temporal/event-workflows.ts';
import { connect, installRuntime } from '../src/temporal/worker.ts';

/** What the source of bench/causeway.yaml signs with. */
export const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
process.env['BENCH_WEBHOOK_SECRET'] = webhookSecret;

export type RunningCauseway = Awaited<ReturnType<typeof startCauseway>>;

/** Causeway with API, worker and vendors in this process, over a PostgreSQL and a Temporal server of the benchmark's own. */
export async function startCauseway({ sweepEveryMs }: { sweepEveryMs: number }) {
  const dataDir = join(projectFolder, '.causeway', 'bench');
  const servers = await startLocalServers({ dataDir, fresh: true });
  const sandbox = await startSandbox({ port: 0, statePath: join(dataDir, 'sandbox.state') });
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
  const codec = historyCodecOf(configuration, log);
  const client = clientOf(connection, { namespace: configuration.TEMPORAL_NAMESPACE, plugins: [], codec });
  const workflows = createEventWorkflows({ client, taskQueue: configuration.TEMPORAL_TASK_QUEUE, eager: false, codec });
  const pool = openPool(configuration, log, 'bench', 10);
  const app = await wireApp(configuration, {
    accepting: pool.queries,
    reading: pool.queries,
    workflows,
    readiness: async () => ({ ready: true, checks: {} }),
    codec,
    metrics,
    log,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const tracing = { plugins: [], shutdown: async () => {} };
  const work = await startWork(
    { configuration, log, tracing, metrics },
    { connection, codec, workflows, sweepEveryMs },
  );
  return {
    configuration,
    sandbox,
    connection,
    codec,
    client,
    url,
    queries: pool.queries,
    /** Makes the CRM hold this deal. */
    async putDeal(id: string, properties: Record<string, string>): Promise<void> {
      await fetch(`${sandbox.url}/_sandbox/crm/deals/${id}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ properties }),
      });
    },
    async stop(): Promise<void> {
      await app.close();
      await work.stop();
      await pool.close();
      await connection.close();
      await sandbox.close();
      await servers.stop();
    },
  };
}

export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

/** A deal that the rule for stalled deals decides: one draft. */
export const stalledDeal = () => ({
  dealname: 'Bench',
  dealstage: 'qualifiedtobuy',
  closedate: inDays(10),
  notes_last_updated: inDays(-20),
});
