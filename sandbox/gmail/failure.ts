import type { Answer } from '../vendor.ts';

const reasons: Readonly<Record<number, readonly [reason: string, status: string]>> = {
  400: ['invalidArgument', 'INVALID_ARGUMENT'],
  401: ['required', 'UNAUTHENTICATED'],
  403: ['insufficientPermissions', 'PERMISSION_DENIED'],
  404: ['notFound', 'NOT_FOUND'],
  409: ['aborted', 'ABORTED'],
  429: ['rateLimitExceeded', 'RESOURCE_EXHAUSTED'],
  503: ['backendError', 'UNAVAILABLE'],
};

/** An error as Google's APIs word it. */
export function gmailFailure(status: number, message: string): Answer {
  const [reason, name] = reasons[status] ?? ['backendError', status >= 500 ? 'INTERNAL' : 'FAILED_PRECONDITION'];
  const domain = status === 429 ? 'usageLimits' : 'global';
  return {
    status,
    body: { error: { code: status, message, errors: [{ message, domain, reason }], status: name } },
  };
}
