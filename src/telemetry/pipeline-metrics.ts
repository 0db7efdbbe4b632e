import { eventWorkflows } from '../domain/event-workflow.ts';
import type { Instruments } from './instruments.ts';

/** How a run can end that did not fail. */
const outcomes = ['acted', 'no_action', 'undecided', 'captured', 'coalesced', 'echo', 'stale', 'erased'];

/** What all pipelines have in common: runs of events' workflows, and their steps. A run is one generation of one event. */
export function pipelineMetrics({ counter, histogram }: Instruments) {
  const pipelineStarted = counter(
    'pipeline_started_total',
    'Runs of events that began, by workflow; one that ended in a batch, or before its first step, is counted as it ends.',
    ['workflow'],
  );
  const pipelineCompleted = counter(
    'pipeline_completed_total',
    'Runs of events that ended and did not fail, by workflow and outcome.',
    ['workflow', 'outcome'],
  );
  const pipelineDurationSeconds = histogram(
    'pipeline_duration_seconds',
    'From when a run was opened (the event accepted, or redriven) to its end, with what it waited for its lane or its batch.',
    [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 86_400],
    ['workflow'],
  );
  // What begins at its first run hides that one from whoever asks how much it rose, and a rate of success would be wrong.
  for (const workflow of eventWorkflows) {
    pipelineStarted.inc({ workflow }, 0);
    pipelineDurationSeconds.zero({ workflow });
    for (const outcome of outcomes) pipelineCompleted.inc({ workflow, outcome }, 0);
  }

  return {
    pipelineStarted,
    pipelineCompleted,
    pipelineFailed: counter('pipeline_failed_total', 'Runs of events that failed, by workflow and failure class.', [
      'workflow',
      'class',
    ]),
    pipelineDurationSeconds,
    stepDurationSeconds: histogram(
      'pipeline_step_duration_seconds',
      'Attempts at steps of workflows, by step and whether the attempt failed.',
      [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      ['step', 'result'],
    ),
  };
}
