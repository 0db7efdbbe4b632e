import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hubspotWebhook } from '../sandbox/hubspot/webhook.ts';
import { eventWorkflowId } from '../src/domain/ids.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { createEventWorkflows } from '../src/temporal/event-workflows.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { startProgram } from './program.ts';

/** Protects the short way into the one-process deployment: a request's workflow starts in the worker beside it, others never do. */

const receipt = z.object({ events: z.array(z.object({ id: z.string() })) });

/** Whether the server handed the first workflow task over in its answer to the start. */
async function startedEagerly({ client }: Causeway, workflowId: string): Promise<boolean> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return events?.[0]?.workflowExecutionStartedEventAttributes?.eagerExecutionAccepted ?? false;
}

describe('with a worker on the same connection', () => {
  let causeway: Causeway;
  beforeAll(async () => {
    causeway = await startCauseway();
  });
  afterAll(() => causeway.close());

  it.each([
    { eager: true, from: 'request', expected: true },
    { eager: true, from: 'finish', expected: false },
    { eager: true, from: 'sweep', expected: false },
    { eager: false, from: 'request', expected: false },
  ] as const)('eager $eager, a start from a $from is eager: $expected', async ({ eager, from, expected }) => {
    const { client, codec, configuration } = causeway;
    const workflows = createEventWorkflows({ client, taskQueue: configuration.TEMPORAL_TASK_QUEUE, eager, codec });
    // No row has this id, so the workflow finds itself superseded and ends.
    const event = {
      id: randomUUID(),
      tenantId: 'default',
      source: 'hubspot',
      type: 'deal.propertyChange',
      workflow: 'gtmEvent' as const,
      keyHash: randomUUID(),
      lane: 'a-lane',
      generation: 0,
      correlationId: randomUUID(),
      traceParent: null,
      priority: null,
    };
    expect(await workflows.start(event, Date.now() + 10_000, from)).toBe('started');
    const workflowId = eventWorkflowId(event.keyHash, event.generation);
    expect(await client.workflow.getHandle(workflowId).result()).toEqual({ outcome: 'superseded' });
    expect(await startedEagerly(causeway, workflowId)).toBe(expected);
  });
});

describe('the one-process deployment', { timeout: 120_000 }, () => {
  let causeway: Causeway;
  beforeAll(async () => {
    causeway = await startCauseway({ worker: false });
  });
  afterAll(() => causeway.close());

  it('takes events in, starts the first of a lane eagerly and the next by its finish, and stops in good order', async () => {
    const { configuration, sandbox } = causeway;
    const [port] = await freePorts(1);
    const all = await startProgram('all', configuration, { PORT: String(port) });
    const url = `http://127.0.0.1:${port}`;
    await eventually('the process is ready', async () => (await fetch(`${url}/readyz`)).ok || undefined, 60_000);

    const dealId = newId();
    await sandbox.put('deals', String(dealId), contestedDeal());
    const { HUBSPOT_WEBHOOK_URL, HUBSPOT_CLIENT_SECRET: secret } = configuration;
    const events = [dealChange(dealId), dealChange(dealId)];
    const request = hubspotWebhook({ url: HUBSPOT_WEBHOOK_URL, secret, events, nowMs: Date.now() });
    const response = await fetch(`${url}/webhooks/hubspot`, request);
    expect(response.status).toBe(202);
    const { events: accepted } = receipt.parse(await response.json());

    const eager = [];
    for (const { id } of accepted) {
      const event = await causeway.finished(id);
      expect(event).toMatchObject({ state: 'done', outcome: 'acted' });
      eager.push(await startedEagerly(causeway, event.workflow.id));
    }
    expect(eager).toEqual([true, false]);
    expect(await sandbox.effects()).toHaveLength(2);
    expect(await all.stop()).toMatch(/exit code 0/);
  });
});
