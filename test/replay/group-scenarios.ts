import { sql } from 'drizzle-orm';
import type { Causeway } from '../causeway.ts';
import { eventually } from '../eventually.ts';
import { operatorOf } from '../ops.ts';
import { addCompany, askForRefresh, refreshSettings } from '../refreshing.ts';
import type { Fault } from '../running-sandbox.ts';
import { called, causewayOf, happened, type Happened, refused, type Scenario, shortCalls } from './recording.ts';
import { ask, begun, over } from './refresh-requests.ts';

/** CoreSignal knows it, with its people. */
const known = 'nordlicht.example';
const unknown = 'unknown.example';
const requester = { notify: 'olga@example.com' };

const refreshing = (settings: Record<string, unknown> = {}) =>
  causewayOf({ environment: shortCalls, settings: refreshSettings(settings) });

async function refreshOf(causeway: Causeway, ...asked: [domain: string, wish?: Parameters<typeof ask>[2]]) {
  const { jobId } = await ask(causeway, ...asked);
  await begun(causeway, jobId);
  return happened(causeway, jobId);
}

/** What happens while a provider answers like this, for as long as it is asked. */
async function withFault(fault: Fault, ...asked: [domain: string, wish?: Parameters<typeof ask>[2]]) {
  const causeway = await refreshing();
  await causeway.sandbox.fault({ times: 1_000, ...fault });
  return refreshOf(causeway, ...asked);
}

/** Cancels the workflow of a refresh as soon as `operations` of a provider were called for it. */
async function canceledDuring(
  causeway: Causeway,
  faults: readonly { connector: string; operation: string; delayMs: number }[],
  wish: Parameters<typeof ask>[2] = {},
): Promise<Happened & { jobId: string }> {
  for (const fault of faults) await causeway.sandbox.fault({ ...fault, fault: 'slow' });
  const { jobId } = await ask(causeway, known, wish);
  for (const { connector, operation } of faults) await called(causeway, connector, operation);
  const found = await happened(causeway, jobId);
  await causeway.client.workflow.getHandle(found.workflowId).cancel();
  return { ...found, jobId };
}
const whileListing = { connector: 'coresignal', operation: 'employees.search', delayMs: 3_000 };

/** A refresh that was canceled, and is run again: its new workflow waits for a worker, and for what `meanwhile` does. */
async function runAgain(meanwhile: (causeway: Causeway, found: Happened, jobId: string) => Promise<unknown>) {
  const causeway = await refreshing();
  const { jobId } = await canceledDuring(causeway, [whileListing]);
  await over(causeway, jobId);
  await causeway.stopWorker();
  const found = await redriven(causeway, jobId);
  await meanwhile(causeway, found, jobId);
  await causeway.startWorker();
  return found;
}

async function redriven(causeway: Causeway, jobId: string): Promise<Happened> {
  const { workflowId: before } = await happened(causeway, jobId);
  await operatorOf(causeway).post('/ops/redrives', { eventIds: [jobId] });
  const workflowId = await eventually('it has another workflow', async () => {
    const { workflow } = await causeway.read(jobId);
    return workflow.id === before ? undefined : workflow.id;
  });
  await eventually('its workflow is started', () =>
    causeway.client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => undefined),
  );
  return { causeway, workflowId };
}

/** A group that is saved, and of which Slack refused to tell. */
async function untold(): Promise<{ causeway: Causeway; jobId: string }> {
  const causeway = await refreshing();
  await causeway.sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400 });
  const { jobId } = await ask(causeway, known, requester);
  await over(causeway, jobId);
  return { causeway, jobId };
}

export const groupScenarios = {
  async 'group-told'() {
    return refreshOf(await refreshing(), known, { enrichmentLevel: 'enrich', ...requester });
  },

  async 'group-told-to-nobody'() {
    return refreshOf(await refreshing(), known);
  },

  async 'group-unchanged'() {
    const causeway = await refreshing();
    const { jobId } = await ask(causeway, known, { enrichmentLevel: 'enrich' });
    await over(causeway, jobId);
    return refreshOf(causeway, known, { enrichmentLevel: 'enrich' });
  },

  async 'group-of-nobody'() {
    return refreshOf(await refreshing(), unknown, { enrichmentLevel: 'enrich' });
  },

  async 'group-not-resolved'() {
    return withFault({ connector: 'coresignal', fault: 'status', status: 401 }, known);
  },

  async 'group-not-discovered'() {
    const fault = { connector: 'coresignal', operation: 'employees.search', fault: 'status', status: 402 } as const;
    return withFault(fault, known);
  },

  async 'group-not-enriched'() {
    const wish = { enrichmentLevel: 'deep_research', ...requester } as const;
    return withFault({ connector: 'lusha', fault: 'status', status: 402 }, known, wish);
  },

  /** The shortest time that a refresh can be given: a minute. */
  async 'group-out-of-time'() {
    const causeway = await causewayOf({
      environment: { EFFECT_CALL_TIMEOUT_MS: '60000' },
      settings: refreshSettings({ maxMinutes: 1 }),
    });
    await causeway.sandbox.fault({ connector: 'coresignal', operation: 'employees.search', fault: 'timeout' });
    return refreshOf(causeway, known);
  },

  async 'group-failed'() {
    const causeway = await refreshing();
    await refused(causeway, 'insert on buyer_group_sightings');
    return refreshOf(causeway, known);
  },

  async 'group-refused'() {
    const { causeway, jobId } = await untold();
    return happened(causeway, jobId);
  },

  async 'group-told-later'() {
    const { causeway, jobId } = await untold();
    return redriven(causeway, jobId);
  },

  /** Whoever asked was erased, between the decision to tell and the telling. */
  async 'group-of-somebody-erased'() {
    const { causeway, jobId } = await untold();
    await causeway.stopWorker();
    const found = await redriven(causeway, jobId);
    await causeway.queries.execute(sql`
      insert into erased_subjects (tenant_id, alias, erased_at)
      select tenant_id, alias, clock_timestamp() from event_people where event_id = ${jobId}`);
    await causeway.startWorker();
    return found;
  },

  /** Meanwhile the company was refreshed by another run, within the hour. */
  async 'group-coalesced'() {
    const causeway = await refreshing({ windowSeconds: 3_600 });
    const { jobId } = await canceledDuring(causeway, [whileListing]);
    await over(causeway, jobId);
    const again = await ask(causeway, known);
    await over(causeway, again.jobId);
    return redriven(causeway, jobId);
  },

  /** Another one of the same name as the directory has for the domain; both were met before either was looked up. */
  async 'group-merged'() {
    const causeway = await refreshing();
    const companyId = await addCompany(causeway, { name: 'Nordlicht Software' });
    await addCompany(causeway, { domain: known });
    const jobId = await askForRefresh(causeway, companyId);
    await begun(causeway, jobId);
    return happened(causeway, jobId);
  },

  async 'group-canceled-before-it-began'() {
    return runAgain((causeway, { workflowId }) => causeway.client.workflow.getHandle(workflowId).cancel());
  },

  async 'group-canceled-while-discovering'() {
    return canceledDuring(await refreshing(), [whileListing]);
  },

  async 'group-canceled-while-telling'() {
    const faults = [
      { connector: 'slack', operation: 'chat.postMessage', delayMs: 1_000 },
      { connector: 'gmail', operation: 'drafts.create', delayMs: 1_000 },
    ];
    return canceledDuring(await refreshing(), faults, requester);
  },

  async 'group-erased'() {
    return runAgain((causeway, _found, jobId) =>
      causeway.queries.execute(
        sql`delete from subject_keys where id = (select subject_key_id from events where id = ${jobId})`,
      ),
    );
  },

  async 'group-superseded'() {
    return runAgain((causeway, _found, jobId) =>
      causeway.queries.execute(
        sql`update events set generation = generation + 1, state = 'done', holds_lane = false where id = ${jobId}`,
      ),
    );
  },
} satisfies Record<string, Scenario>;
