import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { EventToStart } from '../domain/event-to-start.ts';
import { eventWorkflowId } from '../domain/ids.ts';
import { withTraceParent } from '../telemetry/traces.ts';
import { createBatchWorkflows } from './batch-workflows.ts';
import { correlationIdKey, eventTypeKey, laneKey, sourceKey, tenantKey } from './search-attributes.ts';
import { lookAt, startOnce } from './start-once.ts';

/** Starts workflows by name, of events and of batches, and looks at those that exist. No caller waits past its deadline. */
export function createEventWorkflows(options: { client: Client; taskQueue: string; eager: boolean }) {
  const { client, taskQueue, eager } = options;
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

    look: (event: EventToStart, deadlineMs: number) =>
      lookAt(client, eventWorkflowId(event.keyHash, event.generation), deadlineMs),

    batches: createBatchWorkflows({ client, taskQueue }),
  };
}

export type EventWorkflows = ReturnType<typeof createEventWorkflows>;
