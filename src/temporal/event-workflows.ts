import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type PayloadCodec, TypedSearchAttributes } from '@temporalio/common';
import type { EventToStart } from '../domain/event-to-start.ts';
import { eventWorkflowId } from '../domain/ids.ts';
import { withTraceParent } from '../telemetry/traces.ts';
import { createBatchWorkflows } from './batch-workflows.ts';
import { callWithin } from './call-within.ts';
import { createCompanyRefreshes } from './company-refreshes.ts';
import { historyTexts } from './history-texts.ts';
import { createSchedules } from './schedules.ts';
import { correlationIdKey, eventTypeKey, laneKey, sourceKey, tenantKey } from './search-attributes.ts';
import { lookAt, startOnce } from './start-once.ts';

/** Starts workflows by name, of events, of batches and by schedule, and looks at those that exist. No caller waits past its deadline. */
export function createEventWorkflows(options: {
  client: Client;
  taskQueue: string;
  eager: boolean;
  codec: PayloadCodec;
}) {
  const { client, taskQueue, eager, codec } = options;
  return {
    start: (
      event: EventToStart,
      deadlineMs: number,
      from: 'request' | 'finish' | 'redrive' | 'sweep',
    ): Promise<'started' | 'exists'> =>
      withTraceParent(event.traceParent, () =>
        startOnce(
          client,
          event.workflow,
          {
            workflowId: eventWorkflowId(event.keyHash, event.generation),
            taskQueue,
            args: [{ eventId: event.id, generation: event.generation, lane: event.lane }],
            requestEagerStart: eager && from === 'request',
            ...(event.priority != null && { priority: { priorityKey: event.priority, fairnessKey: event.tenantId } }),
            staticSummary: `${event.type} from ${event.source}`,
            typedSearchAttributes: new TypedSearchAttributes([
              { key: tenantKey, value: event.tenantId },
              { key: sourceKey, value: event.source },
              { key: eventTypeKey, value: event.type },
              { key: laneKey, value: event.lane },
              { key: correlationIdKey, value: event.correlationId },
            ]),
          },
          deadlineMs,
        ),
      ),

    look: (event: { keyHash: string; generation: number }, deadlineMs: number) =>
      lookAt(client, eventWorkflowId(event.keyHash, event.generation), deadlineMs),

    /** Asks the workflow of an event to end early; one that is over, or never was, needs no asking. */
    cancel: async (event: { keyHash: string; generation: number }, deadlineMs: number): Promise<void> => {
      const handle = client.workflow.getHandle(eventWorkflowId(event.keyHash, event.generation));
      try {
        await callWithin(client, deadlineMs, () => handle.cancel());
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },

    historyTexts: (workflowId: string): Promise<string> => historyTexts(client, workflowId, codec),

    batches: createBatchWorkflows({ client, taskQueue }),
    companies: createCompanyRefreshes({ client, taskQueue }),
    schedules: createSchedules({ client, taskQueue }),
  };
}

export type EventWorkflows = ReturnType<typeof createEventWorkflows>;
