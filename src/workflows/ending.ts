import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';

/** How an event ends. With `failure` the execution ends Failed (or Canceled) and the row says why. */
export interface Ending {
  outcome:
    | 'acted'
    | 'coalesced'
    | 'captured'
    | 'no_action'
    | 'undecided'
    | 'echo'
    | 'stale'
    | 'superseded'
    | 'erased'
    | 'failed';
  failure?: { class: string; message: string; error: Error };
}

/** The ending that an error leads to. Errors that nobody classified are thrown on: a workflow task that is retried until a fix is deployed. */
export function endingOf(error: unknown): Ending {
  if (isCancellation(error) && error instanceof Error) {
    return { outcome: 'failed', failure: { class: 'Canceled', message: 'the workflow was canceled', error } };
  }
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    if (cause.type === 'Superseded') return { outcome: 'superseded' };
    if (cause.type === 'Erased') return { outcome: 'erased' };
    return failed(cause.type ?? 'Unexpected', cause.message);
  }
  if (cause instanceof TimeoutFailure) return failed('StepTimeout', `a step took too long (${cause.timeoutType})`);
  throw error;
}

export const failed = (failureClass: string, message: string): Ending => ({
  outcome: 'failed',
  failure: { class: failureClass, message, error: ApplicationFailure.nonRetryable(message, failureClass) },
});
