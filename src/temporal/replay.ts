import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import type { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2';
import type { RecordedHistory } from './recorded-history.ts';

/** `different`: today's code would not do what the history says was done. `failed`: it could not be run through at all. */
export type Replayed =
  | { workflowId: string; result: 'same' }
  | { workflowId: string; result: 'different' | 'failed'; reason: string };

/** Runs histories again through a bundle, one after the other, in the order given. Nothing is called and nothing is stored. */
export async function replayHistories(
  histories: readonly Pick<RecordedHistory, 'workflowId' | 'text'>[],
  { bundle, plugins }: { bundle: WorkflowBundleOption; plugins: OpenTelemetryPlugin[] },
): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  const recorded = histories.map(({ workflowId, text }) => ({
    workflowId,
    history: historyFromJSON(JSON.parse(text)),
  }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle, plugins }, recorded)) {
    replayed.push(
      error === undefined
        ? { workflowId, result: 'same' }
        : {
            workflowId,
            result: error instanceof DeterminismViolationError ? 'different' : 'failed',
            reason: reasonOf(error),
          },
    );
  }
  return replayed;
}

/** The native part reports a structure, printed; what it says in words is the first message in it. */
const reasonOf = ({ message }: Error): string => /message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message;
