import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { batchWorkflowId } from '../domain/ids.ts';
import { tenantKey } from './search-attributes.ts';
import { lookAt, startOnce } from './start-once.ts';

/** Starts the workflows of batches by name, and looks at those that exist. No caller waits past its deadline. */
export function createBatchWorkflows({ client, taskQueue }: { client: Client; taskQueue: string }) {
  return {
    start: (batch: { batchId: string; tenantId: string; events: number }, deadlineMs: number) =>
      startOnce(
        client,
        'gtmBatch',
        {
          workflowId: batchWorkflowId(batch.batchId),
          taskQueue,
          args: [{ batchId: batch.batchId }],
          staticSummary: `a batch of ${batch.events}`,
          typedSearchAttributes: new TypedSearchAttributes([{ key: tenantKey, value: batch.tenantId }]),
        },
        deadlineMs,
      ),

    look: (batchId: string, deadlineMs: number) => lookAt(client, batchWorkflowId(batchId), deadlineMs),
  };
}

export type BatchWorkflows = ReturnType<typeof createBatchWorkflows>;
