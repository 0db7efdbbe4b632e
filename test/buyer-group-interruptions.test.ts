import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lockForSaving } from '../src/db/buyer-groups/group.ts';
import { readJob } from '../src/db/buyer-groups/jobs.ts';
import { inTransaction } from '../src/db/transaction.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { erase, operator } from './erasing.ts';
import { eventually } from './eventually.ts';
import { startProgram } from './program.ts';
import {
  addCompany,
  askForRefresh,
  changeRole,
  paid,
  readGroup,
  readJobRow,
  refresh,
  refreshed,
  refreshSettings,
  told,
} from './refreshing.ts';

/** Protects refreshes from being cut short: by the death of a worker, by whoever cancels, by a message that nobody takes. */

vi.setConfig({ testTimeout: 180_000 });

const collects = { connector: 'coresignal', operation: 'employees.collect' } as const;
const workflowOf = async ({ client, queries }: Causeway, jobId: string) => {
  const { rows } = await queries.execute<{ id: string }>(
    sql`select 'evt:' || key_hash || ':' || generation as id from events where id = ${jobId}`,
  );
  return client.workflow.getHandle(rows[0]?.id ?? '');
};
const redrive = (causeway: Causeway, id: string) => operator(causeway, 'POST', '/ops/redrives', { eventIds: [id] });
const sightings = async ({ queries }: Causeway, jobId: string): Promise<number> => {
  const { rows } = await queries.execute<{ count: number }>(
    sql`select count(*)::int as count from buyer_group_sightings where job_id = ${jobId}`,
  );
  return rows[0]?.count ?? 0;
};

describe('a worker that is killed while it reads people', () => {
  it('leaves the rest to the next one, which pays for nobody again', async () => {
    const causeway = await startCauseway({
      worker: false,
      settings: refreshSettings(),
      environment: { EFFECT_CALL_TIMEOUT_MS: '60000' },
    });
    try {
      const { sandbox, configuration } = causeway;
      // Eight are read; then four questions, which are all that are asked at once, stay without an answer.
      await sandbox.fault({ ...collects, fault: 'slow', delayMs: 20, times: 8 });
      await sandbox.fault({ ...collects, fault: 'timeout', times: 4 });
      const companyId = await addCompany(causeway, { domain: 'nordlicht.example' });
      const first = await startProgram('worker', configuration);
      const jobId = await askForRefresh(causeway, companyId, { requester: 'olga@example.com' });
      await eventually('eight are read and four are asked for', async () => {
        const asked = await sandbox.calls('coresignal', 'employees.collect');
        return asked === 12 && (await sightings(causeway, jobId)) === 8 ? true : undefined;
      });
      await first.kill();
      const second = await startProgram('worker', configuration);
      const { job, event } = await refreshed(causeway, jobId, 120_000);
      await second.stop();
      expect(event.outcome).toBe('acted');
      expect(job).toMatchObject({ status: 'completed', gaps: [], result: { members: 25, isPartial: false } });
      expect(await paid(causeway)).toEqual({ coresignal: 26, lusha: 0 });
      expect(await sandbox.calls('coresignal', 'employees.collect')).toBe(25 + 4);
      expect(await told(causeway)).toHaveLength(2);
    } finally {
      await causeway.close();
    }
  });
});

describe('a refresh that failed', () => {
  it('ends as coalesced when it is run again, where another run of the same hour stands for it', async () => {
    const causeway = await startCauseway({ settings: refreshSettings({ windowSeconds: 3_600 }) });
    try {
      const companyId = await addCompany(causeway, { domain: 'meridien.example' });
      await causeway.sandbox.fault({ ...collects, fault: 'slow', delayMs: 3_000, times: 15 });
      const jobId = await askForRefresh(causeway, companyId, { isForced: false });
      await eventually('it reads people', async () => ((await sightings(causeway, jobId)) >= 1 ? true : undefined));
      await (await workflowOf(causeway, jobId)).cancel();
      expect((await refreshed(causeway, jobId)).job.status).toBe('canceled');
      expect((await refresh(causeway, companyId)).job).toMatchObject({ status: 'completed', result: { members: 15 } });
      const before = await paid(causeway);
      await redrive(causeway, jobId);
      const { event, job } = await eventually('it ends', async () => {
        const view = await refreshed(causeway, jobId);
        return view.event.state === 'done' ? view : undefined;
      });
      expect(event.outcome).toBe('coalesced');
      expect(job).toMatchObject({ status: 'canceled', result: null });
      expect(await paid(causeway)).toEqual(before);
    } finally {
      await causeway.close();
    }
  });
});

const olga = 'olga@example.com';
const toOlga = async (causeway: Causeway) => (await told(causeway)).filter(({ connector }) => connector === 'gmail');

/** Asked for by Olga, and canceled while it reads people. */
async function failed(causeway: Causeway, companyId: string): Promise<string> {
  await causeway.sandbox.put('owners', '77', { email: olga });
  await causeway.sandbox.fault({ ...collects, fault: 'slow', delayMs: 3_000, times: 15 });
  return cancelled(causeway, await askForRefresh(causeway, companyId, { isForced: false, requester: olga }));
}
async function cancelled(causeway: Causeway, jobId: string): Promise<string> {
  await eventually('it reads people', async () => ((await sightings(causeway, jobId)) >= 1 ? true : undefined));
  await (await workflowOf(causeway, jobId)).cancel();
  expect((await refreshed(causeway, jobId)).job.status).toBe('canceled');
  return jobId;
}
async function runAgain(causeway: Causeway, jobId: string) {
  await redrive(causeway, jobId);
  return eventually('it ends', async () => {
    const view = await refreshed(causeway, jobId);
    return view.event.state === 'done' ? view : undefined;
  });
}

describe('a role change whose refresh failed', () => {
  const meridien = { name: 'Atelier Meridien', domain: 'meridien.example' };
  const joins = { person: { id: 'p_1', name: 'Ada Neu', newTitle: 'VP Sales' }, previousCompany: { name: 'Before' } };
  const rises = { person: { id: 'p_2', name: 'Hugo Perrin', oldTitle: 'Chef des ventes', newTitle: 'VP Sales' } };

  it.each([
    ['told of it', joins, 1],
    ['found it without knowing of it', rises, 0],
  ])('is told to everybody once, when it is run again after another one that %s', async (_what, change, before) => {
    const causeway = await startCauseway({ settings: refreshSettings() });
    try {
      const companyId = await addCompany(causeway, { domain: meridien.domain });
      await refresh(causeway, companyId);
      await causeway.queries.execute(sql`truncate facts_cache`);
      await causeway.sandbox.fault({ ...collects, fault: 'slow', delayMs: 3_000, times: 15 });
      const jobs = await changeRole(causeway, { ...change, company: meridien });
      const jobId = await cancelled(causeway, jobs[meridien.domain] ?? '');
      await refresh(causeway, companyId);
      expect(await told(causeway)).toHaveLength(before);
      await runAgain(causeway, jobId);
      const messages = await told(causeway);
      expect(messages.map(({ connector }) => connector)).toEqual(['slack']);
      expect(JSON.stringify(messages)).toContain(change.person.name);
    } finally {
      await causeway.close();
    }
  });
});

describe('whoever asked for a refresh that failed', () => {
  it.each([
    ['within the hour, by the one that stands for it', 3_600],
    ['after the hour, though it finds nothing new itself', 0],
  ])(
    'is told once, when it is run again after another one, of what that one found: %s',
    async (_when, windowSeconds) => {
      const causeway = await startCauseway({ settings: refreshSettings({ windowSeconds }) });
      try {
        const companyId = await addCompany(causeway, { domain: 'meridien.example' });
        const jobId = await failed(causeway, companyId);
        expect((await refresh(causeway, companyId)).job.result).toMatchObject({ members: 15, changes: { found: 15 } });
        expect(await told(causeway)).toEqual([]);
        const before = await paid(causeway);
        const { event, job } = await runAgain(causeway, jobId);
        expect(event.outcome).toBe('acted');
        expect(job).toMatchObject({ status: 'completed', failureClass: null, result: { members: 15 } });
        const messages = await told(causeway);
        expect(messages.map(({ connector }) => connector).toSorted()).toEqual(['gmail', 'slack']);
        expect(JSON.stringify(messages)).toContain('Alix Fournier');
        expect(await paid(causeway)).toEqual(before);
      } finally {
        await causeway.close();
      }
    },
  );

  it('and for the other one as well, is told by that one alone', async () => {
    const causeway = await startCauseway({ settings: refreshSettings() });
    try {
      const companyId = await addCompany(causeway, { domain: 'meridien.example' });
      const jobId = await failed(causeway, companyId);
      await refresh(causeway, companyId, { requester: olga });
      expect(await toOlga(causeway)).toHaveLength(1);
      expect((await runAgain(causeway, jobId)).event.outcome).toBe('no_action');
      expect(await toOlga(causeway)).toHaveLength(1);
    } finally {
      await causeway.close();
    }
  });

  it('is told by the one that is yet to come, where that stands for it', async () => {
    const causeway = await startCauseway({ settings: refreshSettings() });
    try {
      const companyId = await addCompany(causeway, { domain: 'meridien.example' });
      const jobId = await failed(causeway, companyId);
      const next = randomUUID();
      await causeway.queries.execute(sql`
        insert into buyer_group_refresh_logs (id, tenant_id, company_id, status, priority, level, started_at)
        values (${next}, 'default', ${companyId}, 'processing', 1, 'identify', clock_timestamp())`);
      expect((await runAgain(causeway, jobId)).event.outcome).toBe('coalesced');
      expect((await refreshed(causeway, next)).event.outcome).toBe('acted');
      expect((await toOlga(causeway)).map(({ key }) => key.includes(next))).toEqual([true]);
    } finally {
      await causeway.close();
    }
  });
});

describe('a refresh', () => {
  let causeway: Causeway;
  beforeAll(async () => {
    causeway = await startCauseway({
      settings: refreshSettings(),
      environment: { EFFECT_CALL_TIMEOUT_MS: '10000' },
    });
  });
  afterAll(() => causeway.close());

  it('that is canceled ends soon, leaves the group as it was, and can be run again', async () => {
    const companyId = await addCompany(causeway, { domain: 'nordlicht.example' });
    await refresh(causeway, companyId);
    const before = await readGroup(causeway, companyId);
    await causeway.queries.execute(sql`truncate facts_cache`);
    const positions = [{ companyId: '7001', title: 'CEO', from: '2020-01-01' }];
    await causeway.sandbox.arrange('people/500300', { name: 'Nell Neu', positions });
    const asked = async () => causeway.sandbox.calls('coresignal', 'employees.collect');
    const askedBefore = await asked();
    await causeway.sandbox.fault({ ...collects, fault: 'slow', delayMs: 2_500, times: 26 });
    const jobId = await askForRefresh(causeway, companyId);
    await eventually('some are read', async () => ((await sightings(causeway, jobId)) >= 4 ? true : undefined));
    await (await workflowOf(causeway, jobId)).cancel();
    const { event, job } = await refreshed(causeway, jobId);
    expect(event).toMatchObject({ state: 'failed', failure: { class: 'Canceled' } });
    expect(job).toMatchObject({ status: 'canceled', failureClass: 'Canceled', result: null, progress: 100 });
    expect(await readGroup(causeway, companyId)).toEqual(before);
    // A step that comes late has nothing to write to any more, whichever of the two was closed first.
    const late = { eventId: jobId, generation: 0 };
    for (const status of ['processing', 'canceled']) {
      await causeway.queries.execute(sql`update buyer_group_refresh_logs set status = ${status} where id = ${jobId}`);
      expect(await readJob(causeway.queries, late)).toBeUndefined();
      const saving = await inTransaction(causeway.queries, (transaction) => lockForSaving(transaction, late));
      expect(saving).toBeUndefined();
    }
    const lastStep = 'pipeline_step_duration_seconds_count{step="discoverMembers",result="failed"} 1';
    await eventually('the step has ended, too', async () =>
      (await causeway.metrics.registry.metrics()).includes(lastStep) ? true : undefined,
    );
    expect((await asked()) - askedBefore).toBeLessThan(20);
    await causeway.queries.execute(sql`truncate facts_cache`);

    expect(await redrive(causeway, jobId)).toMatchObject({ status: 202 });
    const again = await eventually('it is run again', async () => {
      const view = await refreshed(causeway, jobId);
      return view.event.state === 'done' ? view : undefined;
    });
    expect(again.job).toMatchObject({ status: 'completed', failureClass: null, result: { members: 26 } });
    expect(again.job.result?.changes).toMatchObject({ joined: 1, left: 0 });
  });

  it('whose message nobody takes is made all the same, and tells of it when it is run again', async () => {
    await causeway.sandbox.forget();
    const companyId = await addCompany(causeway, { domain: 'meridien.example' });
    await causeway.sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400 });
    await causeway.queries.execute(sql`truncate buyer_groups, buyer_group_members`);
    const jobs = await changeRole(causeway, {
      person: { id: 'p_1', name: 'Ada Neu', newTitle: 'VP Sales' },
      company: { name: 'Atelier Meridien', domain: 'meridien.example' },
      previousCompany: { name: 'Before', domain: 'before.example' },
    });
    const jobId = jobs['meridien.example'] ?? '';
    const { event, job } = await refreshed(causeway, jobId);
    expect(event).toMatchObject({ state: 'failed', failure: { class: 'SlackRejected' } });
    expect(job).toMatchObject({ status: 'completed', failureClass: 'SlackRejected', result: { members: 16 } });
    const before = await paid(causeway);
    await redrive(causeway, jobId);
    await eventually('it is told', async () => {
      const messages = await told(causeway);
      return messages.filter(({ key }) => key.includes(jobId)).length === 1 ? true : undefined;
    });
    expect((await refreshed(causeway, jobId)).job.status).toBe('completed');
    expect(await paid(causeway)).toEqual(before);
    expect(await readGroup(causeway, companyId)).toHaveLength(16);
  });

  it('goes on without somebody who is erased while it runs', async () => {
    await causeway.sandbox.forget();
    await causeway.queries.execute(sql`truncate facts_cache, companies cascade`);
    const companyId = await addCompany(causeway, { domain: 'nordlicht.example' });
    await causeway.sandbox.fault({ ...collects, fault: 'slow', delayMs: 3_000, times: 25 });
    const jobId = await askForRefresh(causeway, companyId, { requester: 'olga@example.com' });
    await eventually('the first are read', async () => ((await sightings(causeway, jobId)) >= 4 ? true : undefined));
    const [first, later] = await Promise.all(
      ['astrid.berger', 'udo.ernst'].map((name) => erase(causeway, { email: `${name}@nordlicht.example` })),
    );
    expect([first?.state, later?.state]).toEqual(['done', 'done']);
    expect((await readJobRow(causeway, jobId)).status).toBe('processing');
    const { job, event } = await refreshed(causeway, jobId);
    expect(event.outcome).toBe('acted');
    expect(job).toMatchObject({ gaps: [], result: { members: 23 } });
    const names = (await readGroup(causeway, companyId)).map(({ name }) => name);
    expect(names).toHaveLength(23);
    expect(names).not.toContain('Astrid Berger');
    expect(names).not.toContain('Udo Ernst');
    expect(JSON.stringify(await told(causeway))).not.toMatch(/Astrid Berger|Udo Ernst/);
  });

  it('names nobody where somebody it would name is being erased just then', async () => {
    await causeway.sandbox.forget();
    await causeway.queries.execute(sql`truncate facts_cache, companies cascade`);
    const companyId = await addCompany(causeway, { domain: 'meridien.example' });
    await causeway.sandbox.fault({ connector: 'lusha', fault: 'slow', delayMs: 6_000, times: 1 });
    const jobId = await askForRefresh(causeway, companyId, { level: 'deep_research', requester: 'olga@example.com' });
    await eventually('Lusha is asked', async () => {
      const asked = await causeway.sandbox.calls('lusha', 'person.read');
      return asked > 0 ? true : undefined;
    });
    await causeway.queries.execute(sql`
      insert into erased_subjects (tenant_id, alias, erased_at)
      select a.tenant_id, a.alias, clock_timestamp() from subject_aliases a join buyer_group_sightings s on s.person_id = a.key_id
      where s.job_id = ${jobId} and a.kind = 'external' limit 1`);
    expect((await refreshed(causeway, jobId)).event.outcome).toBe('acted');
    const text = JSON.stringify(await told(causeway));
    expect(text).toContain('15 more changed');
    expect(text).not.toContain('Alix Fournier');
    await causeway.queries.execute(sql`delete from erased_subjects where erasure_id is null`);
  });

  it('says how far it is, never goes back, and answers whoever asks its workflow', async () => {
    await causeway.sandbox.forget();
    await causeway.queries.execute(sql`truncate facts_cache`);
    const companyId = await addCompany(causeway, { domain: 'nordlicht.example' });
    await causeway.sandbox.fault({ ...collects, fault: 'slow', delayMs: 250, times: 30 });
    await causeway.sandbox.fault({ connector: 'lusha', fault: 'slow', delayMs: 250, times: 30 });
    const jobId = await askForRefresh(causeway, companyId, { level: 'deep_research' });
    const seen: number[] = [];
    const steps = new Set<string>();
    await eventually('it is over', async () => {
      const { progress, step, status } = await readJobRow(causeway, jobId);
      if (progress !== seen.at(-1)) seen.push(progress);
      steps.add(step);
      return status === 'completed' ? true : undefined;
    });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(100);
    expect(seen.filter((progress) => progress > 20 && progress < 60).length).toBeGreaterThan(3);
    expect([...steps]).toEqual(expect.arrayContaining(['discover', 'enrich', 'done']));
    const handle = await workflowOf(causeway, jobId);
    await expect(handle.query('progress')).resolves.toEqual({ step: 'done', progress: 100 });
  });

  it('is counted: begun, completed, its members, its calls and its credits', async () => {
    const lines = (await causeway.metrics.registry.metrics()).split('\n');
    const text = lines.filter((line) => /^(job|buyer_group|provider_c)/.test(line)).join('\n');
    expect(text).toMatch(/^job_started_total [1-9]/m);
    expect(text).toMatch(/^job_completed_total\{result="complete"\} [1-9]/m);
    expect(text).toMatch(/^job_failed_total\{class="Canceled"\} 1$/m);
    expect(text).toMatch(/^buyer_group_refreshes_total\{reason="change"\} 2$/m);
    expect(text).toMatch(/^buyer_group_members_found_count [1-9]/m);
    expect(text).toMatch(/^buyer_group_confidence_sum 0?\.?\d/m);
    expect(text).toMatch(/^provider_calls_total\{provider="CoreSignal",result="ok"\} [1-9]/m);
    expect(text).toMatch(/^provider_calls_total\{provider="CoreSignal",result="cached"\} [1-9]/m);
    expect(text).toMatch(/^provider_credits_total\{provider="Lusha"\} [1-9]/m);
  });
});
