import type { ActivityDependencies } from './dependencies.ts';

/** What a batch could not carry out: its events fail where there is a failure (it was canceled), else each goes on alone. */
export function createEndBatch({ batches }: ActivityDependencies) {
  return async function end(batch: {
    batchId: string;
    failure?: { class: string; message: string };
  }): Promise<{ events: number }> {
    return { events: await batches.end(batch.batchId, batch.failure) };
  };
}
