import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { UnusableAction } from '../actions/unusable-action.ts';
import { isDatabaseUnavailable } from '../db/errors.ts';
import { VendorError } from '../domain/failure.ts';
import { isUnreadable } from '../privacy/payload-codec.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** After so many tries an error that nobody foresaw is taken for a bug, and one of a provider for lasting. */
const unforeseenAttempts = 3;
const vendorAttempts = 6;
const heartbeatEveryMs = 1_500;

/**
 * Gives every error that leaves an activity its stable class and says whether to try again. Messages name classes only:
 * what an unforeseen error says may quote data, so it goes to no history.
 */
function toFailure(error: unknown, attempt: number): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof VendorError) {
    return ApplicationFailure.create({
      type: error.failureClass,
      message: error.message,
      // What was not sent at all is no try: the step's own time limit ends the waiting.
      nonRetryable: !error.retryable || (error.asked && attempt >= vendorAttempts),
      ...(error.retryAfterMs !== undefined && { nextRetryDelay: error.retryAfterMs }),
    });
  }
  if (error instanceof UnusableAction) return ApplicationFailure.nonRetryable(error.message, error.name);
  if (isDatabaseUnavailable(error))
    return ApplicationFailure.retryable('PostgreSQL does not answer', 'DatabaseUnavailable');
  const name = error instanceof Error ? error.name : 'unknown';
  return ApplicationFailure.create({
    type: 'Unexpected',
    message: `${name} in an activity`,
    nonRetryable: attempt >= unforeseenAttempts,
  });
}

/** Around every activity: errors by class, its time, and a heartbeat, so that the work of a worker that died is given on within seconds. */
export function activityInterceptor(log: Logger, metrics: Metrics): () => { inbound: ActivityInboundCallsInterceptor } {
  return () => ({
    inbound: {
      async execute(input, next) {
        const context = Context.current();
        const { info } = context;
        const heartbeat = info.isLocal ? undefined : setInterval(() => context.heartbeat(), heartbeatEveryMs);
        const took = metrics.stepDurationSeconds.startTimer({ step: info.activityType });
        try {
          if (input.args.some(isUnreadable)) throw inputUnreadable();
          const result = await next(input);
          took({ result: 'ok' });
          return result;
        } catch (error) {
          const failure = toFailure(error, info.attempt);
          took({ result: endsQuietly(failure) ? 'ok' : 'failed' });
          if (failure !== error && failure instanceof ApplicationFailure && failure.type === 'Unexpected') {
            log.error({ step: info.activityType, error: stackOf(error) }, 'an activity failed in a way nobody foresaw');
          }
          throw failure;
        } finally {
          clearInterval(heartbeat);
        }
      },
    },
  });
}

/** Nothing is wrong: somebody else has the event, or its person was erased. */
const endsQuietly = (failure: Error): boolean =>
  failure instanceof ApplicationFailure && (failure.type === 'Superseded' || failure.type === 'Erased');

/** Done with a tombstone, a step would find nothing and count as done. Another worker may have the key, so it is tried again. */
const inputUnreadable = () =>
  ApplicationFailure.retryable('what this step was given is encrypted under another history key', 'HistoryUnreadable');

/** The error's name and where it came from; the message stays out, since it may quote data. */
const stackOf = (error: unknown): string =>
  error instanceof Error
    ? [error.name, ...(error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))].join('\n')
    : 'unknown';
