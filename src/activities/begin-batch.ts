import { activityInfo } from '@temporalio/activity';
import { beginBatch } from '../db/batch-steps.ts';
import type { ActivityDependencies, RunPolicy } from './dependencies.ts';

/** The first step of a batch: its events are running. None are left when they were all ended, or go on alone. */
export function createBeginBatch({ queries, policy, log }: ActivityDependencies) {
  return async function begin({ batchId }: { batchId: string }): Promise<{ events: number; policy: RunPolicy }> {
    const events = await beginBatch(queries, batchId, activityInfo().workflowExecution?.runId ?? '');
    log.info({ batch_id: batchId, events }, 'batch running');
    return { events, policy };
  };
}
