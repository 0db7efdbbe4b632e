import { LogLevel, WebClient, type Logger } from '@slack/web-api';
import { toVendorError, type Answer } from './errors.ts';

export interface SlackOptions {
  token: string;
  /** `https://slack.com/api/`, or the sandbox. */
  apiUrl: string;
}

const ignore = () => undefined;

/** The library logs to the console, and what it logs may quote an answer; errors are reported where they are handled. */
const silent: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  setLevel: ignore,
  setName: ignore,
  getLevel: () => LogLevel.ERROR,
};

/** Slack's own client, bounded and translated. */
export function createSlackClient({ token, apiUrl }: SlackOptions) {
  /**
   * Runs the requests of one operation, which end together within `timeoutMs`, aborted if need be. Throws `VendorError`.
   * The library can only be given a time for each request when it is made, hence a client for each operation.
   */
  return async function ask<T>(
    operation: string,
    timeoutMs: number,
    requests: (slack: WebClient) => Promise<T>,
  ): Promise<T> {
    const signal = AbortSignal.timeout(Math.max(0, Math.floor(timeoutMs)));
    let answer: Omit<Answer, 'timedOut'> = {};
    const slack = new WebClient(token, {
      slackApiUrl: apiUrl,
      allowAbsoluteUrls: false,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: silent,
      async fetch(input, init) {
        answer = {};
        const response = await fetch(input, { ...init, signal });
        const retryAfter = response.headers.get('retry-after');
        answer = {
          status: response.status,
          ...(retryAfter && /^\d+$/.test(retryAfter) && { retryAfterMs: Number(retryAfter) * 1000 }),
        };
        return response;
      },
    });
    try {
      return await requests(slack);
    } catch (error) {
      throw toVendorError(operation, error, { ...answer, timedOut: signal.aborted });
    }
  };
}
