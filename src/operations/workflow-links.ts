import { eventWorkflowId } from '../domain/ids.ts';

export interface WorkflowLink {
  id: string;
  runId: string | null;
  /** In Temporal's Web UI. */
  url: string;
}

/** Where a workflow is seen. */
export function createWorkflowLinks({ uiUrl, namespace }: { uiUrl: string; namespace: string }) {
  const to = (id: string, runId: string | null): WorkflowLink => ({
    id,
    runId,
    url: `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(id)}`,
  });
  return {
    to,
    toEvent: (keyHash: string, generation: number, runId: string | null) =>
      to(eventWorkflowId(keyHash, generation), runId),
  };
}

export type WorkflowLinks = ReturnType<typeof createWorkflowLinks>;
