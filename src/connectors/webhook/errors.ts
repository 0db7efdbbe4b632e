import { notReachedCodes, type Provider, VendorError, type VendorErrorKind } from '../../domain/failure.ts';

type Answer = { status: number; retryAfter?: string | undefined } | { error: Error & { code?: string } };

/** What went wrong, in our words: neither the address nor anything of the message is told. */
export function toVendorError(provider: Provider, answer: Answer): VendorError {
  if ('status' in answer) {
    const kind = kindOf(answer.status);
    const seconds = Number(answer.retryAfter);
    const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
    return new VendorError(provider, kind, `${provider} send: ${kind} (status ${answer.status})`, {
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  const { error } = answer;
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return new VendorError(provider, 'Timeout', `${provider} send: Timeout (no answer in time)`);
  if (/is not allowed/.test(error.message)) return refusedAddress(provider);
  const kind = notReachedCodes.has(error.code ?? '') ? 'NotReached' : 'Unavailable';
  return new VendorError(provider, kind, `${provider} send: ${kind} (${error.code ?? 'no answer'})`);
}

/** A redirect is an answer like any other that is no success: whoever configured the address corrects it. */
function kindOf(status: number): VendorErrorKind {
  if (status === 401 || status === 403) return 'Unauthorized';
  if (status === 404 || status === 410) return 'NotFound';
  if (status === 408 || status === 425 || status >= 500) return 'Unavailable';
  return status === 429 ? 'RateLimited' : 'Rejected';
}

const refusedAddress = (provider: Provider): VendorError =>
  new VendorError(
    provider,
    'Rejected',
    `${provider} send: Rejected (its address is a private one; a host and port in OUTBOUND_ALLOW may be called)`,
  );

export const unusableUrl = (provider: Provider): VendorError =>
  new VendorError(
    provider,
    'Rejected',
    `${provider} send: Rejected (its address has to be http or https, without a user)`,
  );
