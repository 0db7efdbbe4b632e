import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { callWithin } from './call-within.ts';

/** Starts a workflow that may exist only once under its id. `exists`: it is or was there; whether it runs is another question. */
export async function startOnce(
  client: Client,
  workflowType: string,
  options: Omit<WorkflowStartOptions, 'workflowIdReusePolicy' | 'workflowIdConflictPolicy'>,
  deadlineMs: number,
): Promise<'started' | 'exists'> {
  try {
    await callWithin(client, deadlineMs, () =>
      client.workflow.start(workflowType, {
        ...options,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
      }),
    );
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'exists';
    throw error;
  }
}

/** `missing`: Temporal knows no such execution (never started, or past its retention). */
export async function lookAt(
  client: Client,
  workflowId: string,
  deadlineMs: number,
): Promise<'running' | 'closed' | 'missing'> {
  try {
    const { status } = await callWithin(client, deadlineMs, () => client.workflow.getHandle(workflowId).describe());
    return status.name === 'RUNNING' ? 'running' : 'closed';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'missing';
    throw error;
  }
}
