import type { Provider } from '../domain/failure.ts';
import type { Instruments } from './instruments.ts';

/** Those who are paid by the answer. */
const paidProviders = ['CoreSignal', 'Lusha'] as const satisfies Provider[];
const tenths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Jobs (runs that refresh the buyer group of a company), what they found, and what they paid for it. */
export function buyerGroupMetrics({ counter, gauge, histogram }: Instruments) {
  const jobsCompleted = counter(
    'job_completed_total',
    'Jobs that ended with a group; partial: somebody who was asked did not answer.',
    ['result'],
  );
  const groupRefreshes = counter(
    'buyer_group_refreshes_total',
    'Refreshes of groups that were made, by what asked for them.',
    ['reason'],
  );
  const providerCalls = counter(
    'provider_calls_total',
    'Questions to providers that are paid; cached: not asked; refused: there were no credits for it.',
    ['provider', 'result'],
  );
  const providerCredits = counter('provider_credits_total', 'Credits that answers of providers have cost.', [
    'provider',
  ]);
  // A counter that begins at its first refusal hides that one from whoever asks how much it rose.
  for (const result of ['complete', 'partial']) jobsCompleted.inc({ result }, 0);
  for (const reason of ['change', 'request']) groupRefreshes.inc({ reason }, 0);
  for (const provider of paidProviders) {
    providerCredits.inc({ provider }, 0);
    for (const result of ['ok', 'cached', 'refused', 'failed']) providerCalls.inc({ provider, result }, 0);
  }

  return {
    jobsEnqueued: counter('job_enqueued_total', 'Jobs that were put in line.'),
    jobsCoalesced: counter('job_coalesced_total', 'Changes that went into a job that was to come already.'),
    jobsStarted: counter('job_started_total', 'Jobs that began to work.'),
    jobsCompleted,
    jobsFailed: counter('job_failed_total', 'Jobs that failed, by failure class.', ['class']),
    jobDurationSeconds: histogram(
      'job_duration_seconds',
      'From when a job began to work to its end.',
      [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900],
    ),
    jobRetries: counter('job_retries_total', 'Questions of jobs to providers that were tried again.'),
    jobQueueDepth: gauge('job_queue_depth', 'Jobs that are due and wait for their turn.'),
    groupMembersFound: histogram(
      'buyer_group_members_found',
      'Members of a group, once a job.',
      [0, 1, 2, 5, 10, 20, 50, 100],
    ),
    groupConfidence: histogram('buyer_group_confidence', 'How sure a group is, from 0 to 1, once a job.', tenths),
    groupCohesion: histogram('buyer_group_cohesion', 'How well a group holds together, 0 to 1, once a job.', tenths),
    groupRefreshes,
    providerCalls,
    providerCredits,
  };
}
