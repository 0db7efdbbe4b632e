import { sql } from 'drizzle-orm';
import { onTestFinished, vi } from 'vitest';
import { receipt } from '../../src/domain/received.ts';
import type { Causeway } from '../causeway.ts';
import { newId } from '../hubspot-events.ts';
import { postRoleChange, roleChange } from '../role-change-posts.ts';
import { called, causewayOf, happened, type Scenario, shortCalls } from './recording.ts';

const waiting = () => causewayOf({ environment: shortCalls, worker: false });

/** Where CoreSignal gives notice of those who have changed. */
async function noticing(): Promise<Causeway> {
  vi.stubEnv('CORESIGNAL_PATH_SECRET', 'a-long-secret-in-a-path');
  onTestFinished(() => void vi.unstubAllEnvs());
  const settings = JSON.stringify({ sources: { coresignal: { secretVariable: 'CORESIGNAL_PATH_SECRET' } } });
  return causewayOf({ environment: shortCalls, settings });
}

/** That somebody has changed, which is all that a notice says; resolves to the id of its event. */
async function noticed({ url }: Causeway, person: number): Promise<string> {
  const response = await fetch(`${url}/webhooks/coresignal/a-long-secret-in-a-path`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ member_id: person, status: 'changed' }]),
    signal: AbortSignal.timeout(20_000),
  });
  return receipt.parse(await response.json()).events[0]?.id ?? '';
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const current = { companyId: '7002', title: 'CRO', from: daysAgo(5), to: null };
const former = { companyId: '7001', title: 'VP Sales', from: '2020-01-01', to: daysAgo(9) };
const longAgo = { companyId: '7001', title: 'VP Sales', from: '2015-01-01', to: '2018-01-01' };

/** Somebody whom CoreSignal knows. */
async function known(causeway: Causeway, positions: readonly object[]): Promise<number> {
  const id = newId();
  await causeway.sandbox.arrange(`people/${id}`, { name: 'Pia Personal', email: 'pia@meridien.example', positions });
  return id;
}

export const roleChangeScenarios = {
  async 'role-change-recorded'() {
    const causeway = await causewayOf({});
    return happened(causeway, await postRoleChange(causeway, roleChange()));
  },

  async 'role-change-coalesced'() {
    const causeway = await causewayOf({});
    const { company } = roleChange();
    await causeway.finished(await postRoleChange(causeway, roleChange({ company })));
    return happened(causeway, await postRoleChange(causeway, roleChange({ company })));
  },

  async 'role-change-canceled-before-it-began'() {
    const causeway = await waiting();
    const found = await happened(causeway, await postRoleChange(causeway, roleChange()));
    await causeway.client.workflow.getHandle(found.workflowId).cancel();
    await causeway.startWorker();
    return found;
  },

  async 'role-change-erased'() {
    const causeway = await waiting();
    const id = await postRoleChange(causeway, roleChange());
    await causeway.queries.execute(
      sql`delete from subject_keys where id = (select subject_key_id from events where id = ${id})`,
    );
    await causeway.startWorker();
    return happened(causeway, id);
  },

  async 'role-change-superseded'() {
    const causeway = await waiting();
    const id = await postRoleChange(causeway, roleChange());
    const found = await happened(causeway, id);
    await causeway.queries.execute(
      sql`update events set generation = generation + 1, state = 'done', holds_lane = false where id = ${id}`,
    );
    await causeway.startWorker();
    return found;
  },

  async 'notice-read'() {
    const causeway = await noticing();
    return happened(causeway, await noticed(causeway, await known(causeway, [current, former])));
  },

  async 'notice-of-no-company'() {
    const causeway = await noticing();
    return happened(causeway, await noticed(causeway, await known(causeway, [longAgo])));
  },

  async 'notice-of-nobody'() {
    const causeway = await noticing();
    return happened(causeway, await noticed(causeway, newId()));
  },

  async 'notice-without-credits'() {
    const causeway = await noticing();
    await causeway.sandbox.arrange('credits/coresignal', { remaining: 0 });
    return happened(causeway, await noticed(causeway, await known(causeway, [current])));
  },

  async 'notice-canceled'() {
    const causeway = await noticing();
    const person = await known(causeway, [current]);
    await causeway.sandbox.fault({
      connector: 'coresignal',
      operation: 'employees.collect',
      fault: 'slow',
      delayMs: 3_000,
    });
    const found = await happened(causeway, await noticed(causeway, person));
    await called(causeway, 'coresignal', 'employees.collect');
    await causeway.client.workflow.getHandle(found.workflowId).cancel();
    return found;
  },
} satisfies Record<string, Scenario>;
