import { randomUUID } from 'node:crypto';
import { ScheduleNotFoundError } from '@temporalio/client';
import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { retentionCommand } from '../src/cli/retention.ts';
import { runCli } from '../src/cli/run-cli.ts';
import { parseCausewayFile } from '../src/config/causeway-file.ts';
import { removeUnusedKeys } from '../src/db/retention/unused-keys.ts';
import { keyringOf, tenantId } from '../src/main/stores.ts';
import { createUpkeep } from '../src/main/upkeep.ts';
import { warehouseOf } from '../src/main/warehouse.ts';
import { wireOperations } from '../src/main/wire-operations.ts';
import { createSchedules } from '../src/temporal/schedules.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { operator, sendLead, somebody } from './erasing.ts';
import { eventRow, insertKey } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { insertFailed } from './ops.ts';
import { startProgram } from './program.ts';
import { openSession } from './session.ts';
import { temporaryFolder } from './warehouse.ts';
import { call, lead as warehouseLead } from './warehouse-lead.ts';

/** Protects persons from what is kept for longer than anybody needs it, and everybody else from a key that is taken too early. */

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const settings = `
retention: {violations: 5, payloads: 10, failed: 30, leads: 20, modelCalls: 15, audit: 12}
warehouse: {compaction: true}`;

async function startWithWarehouse(options: { worker?: boolean } = {}): Promise<Causeway> {
  const folder = await temporaryFolder();
  const causeway = await startCauseway({ settings, environment: { WAREHOUSE_PATH: folder }, ...options });
  onTestFinished(() => causeway.close());
  return causeway;
}

/** Sends a lead; resolves to its id once it is captured and copied. */
async function stored(causeway: Causeway, lead: object): Promise<string> {
  const id = await sendLead(causeway, lead);
  await causeway.finished(id);
  await eventually('the lead is in the warehouse', async () =>
    (
      await causeway.queries.execute(
        sql`select from effects where event_id = ${id} and action = 'store_lead' and state = 'confirmed'`,
      )
    ).rowCount === 1
      ? true
      : undefined,
  );
  return id;
}

/** Makes an event, its lead and its key so many days older. */
async function age({ queries }: Causeway, id: string, days: number): Promise<void> {
  const by = sql`${days} * interval '1 day'`;
  await queries.execute(sql`update leads set received_at = received_at - ${by} where id = ${id}`);
  await queries.execute(sql`
    update subject_keys set created_at = created_at - ${by} where id = (select subject_key_id from events where id = ${id})`);
  await queries.execute(sql`
    update events set received_at = received_at - ${by}, finished_at = finished_at - ${by} where id = ${id}`);
}

const scheduleOf = (causeway: Causeway, name = 'retention') =>
  causeway.client.schedule.getHandle(causeway.workflows.schedules.idOf(name));

const described = (causeway: Causeway, name?: string) =>
  eventually('the schedule is there', () =>
    scheduleOf(causeway, name)
      .describe()
      .catch((error: unknown) => {
        if (error instanceof ScheduleNotFoundError) return undefined;
        throw error;
      }),
  );

const retained = z.object({ gone: z.record(z.string(), z.number()), left: z.array(z.string()) });

/** Has the schedule start its workflow at once; resolves to what that came to. */
async function triggered(causeway: Causeway, name = 'retention'): Promise<unknown> {
  const before = (await described(causeway, name)).info.numActionsTaken;
  await scheduleOf(causeway, name).trigger();
  const workflowId = await eventually('the schedule starts its workflow', async () => {
    const { info } = await described(causeway, name);
    return info.numActionsTaken > before ? info.recentActions.at(-1)?.action.workflow.workflowId : undefined;
  });
  return causeway.client.workflow.getHandle(workflowId).result();
}

async function count({ queries }: Causeway, from: SQL): Promise<number> {
  const { rows } = await queries.execute<{ count: number }>(sql`select count(*)::int as count from ${from}`);
  return rows[0]?.count ?? 0;
}

const sealedOf = ({ queries }: Causeway, id: string) =>
  queries
    .execute<{ sealed: number }>(sql`
      select (select count(sealed) + count(facts_sealed) from events where id = ${id})
        + (select count(sealed) from decisions where event_id = ${id})
        + (select count(address_sealed) from effects where event_id = ${id}) as sealed`)
    .then(({ rows }) => Number(rows[0]?.sealed));

const violation = (days: number) => sql`
  insert into schema_violations (id, tenant_id, source, path, message, correlation_id, received_at)
  select gen_random_uuid(), 'default', 'test', '', '', '', clock_timestamp() - ${days} * interval '1 day'`;

/** A person's key that is old and that nothing refers to. */
async function unusedKey({ queries, configuration }: Causeway): Promise<string> {
  const email = `${randomUUID()}@example.com`;
  const { id } = await keyringOf(configuration, queries).keyFor(tenantId, { kind: 'person', email });
  await queries.execute(sql`update subject_keys set created_at = created_at - interval '2 days' where id = ${id}`);
  return id;
}

const nothing = {
  violations: 0,
  payloads: 0,
  failed: 0,
  leads: 0,
  modelCalls: 0,
  refreshLogs: 0,
  formerMembers: 0,
  audit: 0,
  keys: 0,
};

describe('what was kept for long enough', () => {
  it('goes when the schedule says so, and all else stays', async () => {
    const causeway = await startWithWarehouse();
    const { queries, configuration } = causeway;
    const warehouse = warehouseOf(configuration);
    const [oldest, old, young] = [somebody(), somebody(), somebody()];
    const [oldestId, oldId, youngId] = [
      await stored(causeway, oldest),
      await stored(causeway, old),
      await stored(causeway, young),
    ];
    await age(causeway, oldestId, 21);
    await age(causeway, oldId, 11);
    await queries.execute(violation(6));
    await queries.execute(violation(4));
    for (const days of [11, 13])
      await queries.execute(sql`
        insert into audit_log (id, tenant_id, who, what, on_what, at)
        select gen_random_uuid(), 'default', 'test', ${String(days)}, '', clock_timestamp() - ${days} * interval '1 day'`);
    for (const [id, days] of [
      [oldId, 16],
      [oldId, 14],
    ] as const)
      await queries.execute(sql`
        insert into model_calls (id, tenant_id, event_id, generation, day, model, prompt_hash, prompt_sealed, called_at)
        select gen_random_uuid(), 'default', ${id}, 0, current_date, '', '', '\\x00', clock_timestamp() - ${days} * interval '1 day'`);

    expect(retained.parse(await triggered(causeway))).toEqual({
      gone: { ...nothing, violations: 1, payloads: 2, leads: 1, modelCalls: 1, audit: 1, keys: 1 },
      left: [],
    });
    expect(await count(causeway, sql`schema_violations`)).toBe(1);
    expect(await count(causeway, sql`audit_log where what = '11'`)).toBe(1);
    expect(await count(causeway, sql`model_calls where prompt_sealed is null`)).toBe(1);
    const { rows } = await queries.execute<{ id: string }>(sql`select id from leads order by received_at`);
    expect(rows.map(({ id }) => id)).toEqual([oldId, youngId]);
    expect((await warehouse?.holds([oldestId, oldId, youngId], call))?.toSorted()).toEqual([oldId, youngId].toSorted());
    expect(await Promise.all([oldestId, oldId, youngId].map((id) => sealedOf(causeway, id)))).toEqual([
      0,
      0,
      expect.any(Number),
    ]);
    expect(await sealedOf(causeway, youngId)).toBeGreaterThan(3);
    // The shells stay: what comes again is recognised, and brings nothing back.
    expect(await sendLead(causeway, oldest)).toBe(oldestId);
    expect(await eventRow(queries, oldestId)).toMatchObject({ state: 'done', outcome: 'captured' });
    // By a key of theirs somebody is found as long as a row of theirs is readable.
    const held = async (whom: object) => (await operator(causeway, 'POST', '/ops/subjects', whom)).status;
    expect(await held({ email: oldest.email })).toBe(404);
    expect(await held({ email: old.email })).toBe(200);

    expect(retained.parse(await triggered(causeway)).gone).toEqual(nothing);
  });

  it('is left alone while its event is open, or failed and may be run again', async () => {
    const causeway = await startWithWarehouse();
    const { queries } = causeway;
    const [open, failed, over] = [somebody(), somebody(), somebody()];
    const ids = [await stored(causeway, open), await stored(causeway, failed), await stored(causeway, over)] as const;
    const [openId, failedId, overId] = ids;
    await causeway.stopWorker();
    await queries.execute(
      sql`update events set state = 'running', outcome = null, holds_lane = true where id = ${openId}`,
    );
    await queries.execute(sql`
      update events set state = 'failed', outcome = 'failed', failure_class = 'SlackRejected' where id in (${failedId}, ${overId})`);
    await age(causeway, openId, 100);
    await age(causeway, failedId, 29);
    await age(causeway, overId, 31);
    await causeway.startWorker();

    expect(retained.parse(await triggered(causeway)).gone).toMatchObject({ payloads: 0, failed: 1, leads: 1, keys: 1 });
    expect(await sealedOf(causeway, openId)).toBeGreaterThan(3);
    expect(await sealedOf(causeway, failedId)).toBeGreaterThan(3);
    expect(await sealedOf(causeway, overId)).toBe(0);
    expect(await eventRow(queries, overId)).toMatchObject({ state: 'done', outcome: 'erased', failureClass: null });
    expect(await count(causeway, sql`leads where id in (${openId}, ${failedId})`)).toBe(2);
    const redriven = await operator(causeway, 'POST', '/ops/redrives', { eventIds: [failedId, overId] });
    expect(redriven.answer).toMatchObject({ redriven: 1, skipped: 1 });
    expect(await causeway.finished(failedId)).toMatchObject({ outcome: 'captured' });
  });

  it('goes in portions, however much there is', async () => {
    const causeway = await startWithWarehouse();
    await insertKey(causeway.queries);
    await insertFailed(causeway.queries, 1_203, { failureClass: 'Test' });
    await causeway.queries.execute(sql`
      update events set finished_at = finished_at - interval '31 days', sealed = '\\x00', subject_key_id = null where failure_class = 'Test'`);
    expect(retained.parse(await triggered(causeway)).gone).toMatchObject({ failed: 1_203 });
    expect(await count(causeway, sql`events where sealed is not null`)).toBe(0);
  });
});

describe('a key', () => {
  let causeway: Causeway;
  beforeAll(async () => {
    causeway = await startCauseway({ worker: false });
  });
  afterAll(() => causeway.close());

  const removed = async (options: { days: number; limit: number }): Promise<number> => {
    let [rows, after]: [number, string | null] = [0, null];
    do {
      const gone = await removeUnusedKeys(causeway.queries, { ...options, after });
      rows += gone.rows;
      after = gone.after;
    } while (after !== null);
    return rows;
  };

  it('that nothing refers to goes, in walks of any length, once it is a day old', async () => {
    for (let made = 0; made < 5; made += 1) await unusedKey(causeway);
    const email = `${randomUUID()}@example.com`;
    const young = await keyringOf(causeway.configuration, causeway.queries).keyFor(tenantId, { kind: 'person', email });
    await keyringOf(causeway.configuration, causeway.queries).keyFor(tenantId, { kind: 'tenant' });
    await causeway.queries.execute(sql`
      update subject_keys set created_at = created_at - interval '2 days' where id in (select key_id from subject_aliases where kind = 'tenant')`);
    expect(await removed({ days: 1, limit: 2 })).toBe(5);
    const { rows } = await causeway.queries.execute<{ id: string }>(sql`
      select id from subject_keys where id not in (select key_id from subject_aliases where kind = 'tenant')`);
    expect(rows).toEqual([{ id: young.id }]);
  });

  it('that an event is stored under just now stays, and the event can be read', async () => {
    const id = await unusedKey(causeway);
    const session = await openSession(causeway.configuration.DATABASE_URL);
    onTestFinished(() => session.close());
    await session.query('begin');
    await session.query(
      `insert into events (id, tenant_id, source, type, key_hash, fingerprint, lane, correlation_id, subject_key_id, sealed, occurred_at)
       values ($1, 'default', 'test', 'test', $2, '', 'lane', '', $3, '\\x00', now())`,
      [randomUUID(), randomUUID(), id],
    );
    const removing = removed({ days: 1, limit: 10 }).catch((error: unknown) => error);
    // A removal that waits for the event is let go on; one that does not wait is over by then.
    await Promise.race([removing, session.waiting(1)]);
    await session.query('commit');
    expect(await removing).toBe(0);
    expect(await count(causeway, sql`events where subject_key_id = ${id}`)).toBe(1);
  });
});

it('a worker that is killed when the copies of leads are gone and their rows are not has another one finish', async () => {
  const causeway = await startWithWarehouse();
  const ids = [await stored(causeway, somebody()), await stored(causeway, somebody())];
  for (const id of ids) await age(causeway, id, 21);
  await causeway.stopWorker();
  const session = await openSession(causeway.configuration.DATABASE_URL);
  onTestFinished(() => session.close());
  await session.query('begin');
  await session.query('lock table leads in share mode');
  const doomed = await startProgram('worker', causeway.configuration);
  const ending = triggered(causeway);
  const warehouse = warehouseOf(causeway.configuration);
  await eventually('the copies are gone', async () =>
    (await warehouse?.holds(ids, call))?.length === 0 ? true : undefined,
  );
  await session.waiting(1);
  await doomed.kill();
  // The server would carry the statement of a client that is gone through.
  await session.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  await session.query('rollback');
  expect(await count(causeway, sql`leads`)).toBe(2);
  await causeway.startWorker();
  expect(retained.parse(await ending).gone).toMatchObject({ payloads: 2, leads: 2 });
  expect(await count(causeway, sql`leads`)).toBe(0);
});

describe('the schedules', () => {
  it('are there once a worker is up, a day apart, one run at a time, and say what they are for', async () => {
    const causeway = await startWithWarehouse();
    for (const name of ['retention', 'warehouse-compaction']) {
      const { spec, policies, action, state, info } = await described(causeway, name);
      expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 86_400_000 });
      expect(spec.jitter).toBe(1_800_000);
      expect(state.note).toMatch(/causeway\.yaml/);
      expect(action).toMatchObject({ taskQueue: causeway.configuration.TEMPORAL_TASK_QUEUE });
      const [first, second] = info.nextActionTimes.map((time) => time.getTime());
      expect(Math.abs((second ?? 0) - (first ?? 0) - 86_400_000)).toBeLessThan(1_800_001);
    }
  });

  it('compact the days before yesterday', async () => {
    const causeway = await startWithWarehouse();
    const ids = [await stored(causeway, somebody()), await stored(causeway, somebody())];
    const warehouse = warehouseOf(causeway.configuration);
    const files = async () => (await warehouse?.filesWith(['example.com'], call))?.length;
    expect(await triggered(causeway, 'warehouse-compaction')).toEqual({ days: 0 });
    expect(await files()).toBe(2);
    for (const [index, id] of ids.entries()) {
      const at = new Date(Date.now() - 3 * 86_400_000 + index);
      await warehouse?.put(warehouseLead({ event_id: id, received_at: at }), call);
    }
    expect(await triggered(causeway, 'warehouse-compaction')).toEqual({ days: 1 });
  });

  it('are made once by many workers at once, follow the settings, stay paused, and go when they are switched off', async () => {
    const causeway = await startCauseway({ worker: false });
    onTestFinished(() => causeway.close());
    const { client } = causeway;
    const schedules = createSchedules({ client, taskQueue: causeway.configuration.TEMPORAL_TASK_QUEUE });
    const upkeep = (text: string, hasWarehouse = true) =>
      createUpkeep({ schedules, settings: parseCausewayFile(text), hasWarehouse });
    const handle = client.schedule.getHandle(schedules.idOf('retention'));
    const classes = async () =>
      z.tuple([z.object({ classes: z.unknown() })]).parse((await handle.describe()).action.args)[0].classes;

    await Promise.all(Array.from({ length: 5 }, () => upkeep('')()));
    expect(await classes()).toEqual([
      { name: 'violations', days: 30 },
      { name: 'payloads', days: 400 },
      { name: 'failed', days: 730 },
      { name: 'modelCalls', days: 730 },
      { name: 'refreshLogs', days: 400 },
      { name: 'formerMembers', days: 400 },
      { name: 'keys', days: 1 },
    ]);
    await handle.pause('looked at by hand');
    await upkeep('retention: {leads: 60, violations: keep}')();
    expect(await classes()).toContainEqual({ name: 'leads', days: 60 });
    expect(await classes()).not.toContainEqual(expect.objectContaining({ name: 'violations' }));
    expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'looked at by hand' });

    const off =
      'retention: {violations: keep, payloads: keep, failed: keep, leads: keep, modelCalls: keep, refreshLogs: keep, formerMembers: keep, audit: keep}';
    await upkeep(off, false)();
    await upkeep(`${off}\nwarehouse: {compaction: false}`)();
    for (const name of ['retention', 'warehouse-compaction'])
      await expect(client.schedule.getHandle(schedules.idOf(name)).describe()).rejects.toThrow(ScheduleNotFoundError);
  });
});

it('the command line says what would go, and takes it when it is told to', async () => {
  const causeway = await startWithWarehouse();
  const { configuration, queries, workflows, metrics, log } = causeway;
  await age(causeway, await stored(causeway, somebody()), 21);
  const { retention } = wireOperations(configuration, {
    tenantId,
    queries,
    keyring: keyringOf(configuration, queries),
    workflows,
    metrics,
    log,
  });
  const run = async (...args: string[]): Promise<string> => {
    const lines: string[] = [];
    const to = { out: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
    expect(await runCli([retentionCommand((work) => work(retention))], ['retention', ...args], to)).toBe(0);
    return lines.join('\n');
  };
  expect(await run()).toMatch(/payloads +10 +1\n[^]*leads +20 +1\n/);
  expect(await count(causeway, sql`leads`)).toBe(1);
  expect(await run('--apply')).toMatch(/payloads +10 +1\n[^]*leads +20 +1\n[^]*keys +1 +1/);
  expect(await count(causeway, sql`leads`)).toBe(0);
  expect(await count(causeway, sql`audit_log where what = 'retention'`)).toBe(1);
  expect(JSON.parse(await run('--json'))).toMatchObject({
    applied: false,
    classes: expect.arrayContaining([{ name: 'leads', days: 20, rows: 0, more: false }]),
  });
});
