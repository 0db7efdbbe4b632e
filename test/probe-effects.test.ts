import { it } from 'vitest';
import { startCauseway } from './causeway.ts';
import { startProgram } from './program.ts';
import { createEventWorkflows } from '../src/temporal/event-workflows.ts';
import { randomUUID } from 'node:crypto';
it('probe', async () => {
  const causeway = await startCauseway();
  let t = Date.now();
  const p = await startProgram('worker', causeway.configuration);
  console.log('start ms', Date.now() - t);
  await p.kill();
  const wf = createEventWorkflows({ client: causeway.client, taskQueue: causeway.configuration.TEMPORAL_TASK_QUEUE, eager: true });
  for (const from of ['request', 'finish', 'sweep'] as const) {
    const keyHash = randomUUID();
    await wf.start({ id: randomUUID(), tenantId: 'default', source: 'x', type: 'y', keyHash, lane: 'l', generation: 0, correlationId: 'c', traceParent: null }, Date.now() + 2000, from);
    const h = causeway.client.workflow.getHandle(`evt:${keyHash}:0`);
    console.log(from, await h.result());
    const hist = await h.fetchHistory();
    console.log(hist.events?.[0]?.workflowExecutionStartedEventAttributes?.eagerExecutionAccepted, hist.events?.length);
  }
  await causeway.close();
});
