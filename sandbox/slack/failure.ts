import type { Answer } from '../vendor.ts';

const errors: Readonly<Record<number, string>> = {
  400: 'invalid_arguments',
  401: 'invalid_auth',
  403: 'access_denied',
  404: 'unknown_method',
  429: 'ratelimited',
  503: 'service_unavailable',
};

/** A status other than 200 as Slack sends it; one that limits the rate says how many seconds to wait. */
export function slackFailure(status: number): Answer {
  return {
    status,
    body: { ok: false, error: errors[status] ?? (status >= 500 ? 'internal_error' : 'invalid_arguments') },
    ...(status === 429 ? { headers: { 'retry-after': '1' } } : {}),
  };
}

/** What Slack says when it understood and refuses: status 200. */
export function slackError(error: string): Answer {
  return { status: 200, body: { ok: false, error } };
}
