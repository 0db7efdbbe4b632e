import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { companyWorkflowId } from '../../src/domain/ids.ts';
import type { Causeway } from '../causeway.ts';
import { eventually } from '../eventually.ts';
import { runGate } from '../gate.ts';
import { refreshSettings } from '../refreshing.ts';
import { causewayOf, type Happened, type Scenario } from './recording.ts';
import { ask, over } from './refresh-requests.ts';

const tenantId = 'default';
const domain = 'unknown.example';

/** The hour of a company lasts so long here. */
const ofWindow = (windowSeconds: number) => causewayOf({ settings: refreshSettings({ windowSeconds }) });

const ofCompany = (causeway: Causeway, companyId: string): Happened => ({
  causeway,
  workflowId: companyWorkflowId(companyId),
});

/** Once the company has looked so many times at what it has to do. */
const looked = ({ client }: Causeway, companyId: string, times: number) =>
  eventually(`the company looks ${times} times`, async () => {
    const { events } = await client.workflow.getHandle(companyWorkflowId(companyId)).fetchHistory();
    const looks = (events ?? []).filter(({ markerRecordedEventAttributes: marker }) => marker != null);
    return looks.length >= times ? true : undefined;
  });

/** A company that was refreshed, and has looked for what is next; its hour lasts. */
async function refreshed(causeway: Causeway): Promise<string> {
  const { companyId, jobId } = await ask(causeway, domain);
  await over(causeway, jobId);
  await looked(causeway, companyId, 2);
  return companyId;
}

const wake = ({ workflows }: Causeway, companyId: string, about: string) =>
  workflows.companies.wake({ id: companyId, tenantId }, about, Date.now() + 20_000);

/** As many as a run takes. */
const signals = 1_000;

export const companyScenarios = {
  async 'company-once'() {
    const causeway = await ofWindow(3);
    return ofCompany(causeway, await refreshed(causeway));
  },

  async 'company-idle'() {
    const causeway = await ofWindow(3);
    const companyId = randomUUID();
    await wake(causeway, companyId, 'nothing');
    return ofCompany(causeway, companyId);
  },

  async 'company-again'() {
    const causeway = await ofWindow(4);
    const companyId = await refreshed(causeway);
    await ask(causeway, domain);
    return ofCompany(causeway, companyId);
  },

  async 'company-forced'() {
    const causeway = await ofWindow(5);
    const companyId = await refreshed(causeway);
    await ask(causeway, domain, { force: true });
    return ofCompany(causeway, companyId);
  },

  /** There is room for one run, and another company has it. */
  async 'company-in-turn'() {
    const gate = await runGate();
    onTestFinished(() => gate.close());
    const causeway = await causewayOf({
      environment: { CORESIGNAL_API_URL: gate.url },
      settings: refreshSettings({ windowSeconds: 3, concurrentRuns: 1 }),
    });
    gate.forwardTo(causeway.sandbox.coreSignalUrl);
    gate.hold('other.example');
    await ask(causeway, 'other.example');
    await gate.arrived('other.example');
    const { companyId } = await ask(causeway, domain);
    await looked(causeway, companyId, 1);
    gate.release('other.example');
    return ofCompany(causeway, companyId);
  },

  /** Its hour lasts, and the workflow that began it was ended from outside. */
  async 'company-taken-over'() {
    const causeway = await ofWindow(5);
    const companyId = await refreshed(causeway);
    await causeway.client.workflow.getHandle(companyWorkflowId(companyId)).terminate('a recording');
    await wake(causeway, companyId, 'again');
    return ofCompany(causeway, companyId);
  },

  async 'company-went-on'() {
    const causeway = await ofWindow(60);
    const companyId = await refreshed(causeway);
    const { workflowId } = ofCompany(causeway, companyId);
    const { runId } = await causeway.client.workflow.getHandle(workflowId).describe();
    await causeway.stopWorker();
    for (let sent = 0; sent < signals; sent += 50) {
      const abouts = Array.from({ length: 50 }, (_, index) => String(sent + index));
      await Promise.all(abouts.map((about) => wake(causeway, companyId, about)));
    }
    await causeway.startWorker();
    return { causeway, workflowId, runId };
  },

  async 'company-canceled'() {
    const causeway = await ofWindow(60);
    const companyId = await refreshed(causeway);
    await ask(causeway, domain);
    await looked(causeway, companyId, 3);
    const found = ofCompany(causeway, companyId);
    await causeway.client.workflow.getHandle(found.workflowId).cancel();
    return found;
  },

  async 'company-canceled-before-it-began'() {
    const causeway = await causewayOf({ worker: false });
    const companyId = randomUUID();
    await wake(causeway, companyId, 'nothing');
    const found = ofCompany(causeway, companyId);
    await causeway.client.workflow.getHandle(found.workflowId).cancel();
    await causeway.startWorker();
    return found;
  },
} satisfies Record<string, Scenario>;
