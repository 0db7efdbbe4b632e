export const providers = [
  'HubSpot',
  'Slack',
  'Gmail',
  'OpenAI',
  'CoreSignal',
  'Lusha',
  'Marketing',
  'Assistant',
  'Warehouse',
  'Search',
] as const;
export type Provider = (typeof providers)[number];

/**
 * Why a call to a provider brought no result.
 *
 * | kind | meaning | again? | was the effect done? |
 * |---|---|---|---|
 * | `NotFound` | the object is not there | no | no |
 * | `Rejected` | the provider understood and said no | no | no |
 * | `Unauthorized` | our credentials are refused | no | no |
 * | `PaymentRequired` | our account there has no credits left | no | no |
 * | `Withheld` | the provider may not tell of this person, by law | no | no |
 * | `RateLimited` | too many calls; `retryAfterMs` when the provider says so | yes | no |
 * | `Unavailable` | an error on their side, or the connection broke | yes | unknown |
 * | `Timeout` | no answer within the call's time | yes | unknown |
 * | `Malformed` | an answer we cannot read | yes | unknown |
 * | `NotReached` | no connection was made: refused, no such host | yes | no |
 * | `CircuitOpen` | not asked, because it kept failing; `retryAfterMs` until it is tried again | yes | no |
 * | `Throttled` | not asked, because our own limit for it is used up; `retryAfterMs` until there is room | yes | no |
 */
export const vendorErrorKinds = {
  NotFound: { retryable: false, effect: 'none' },
  Rejected: { retryable: false, effect: 'none' },
  Unauthorized: { retryable: false, effect: 'none' },
  PaymentRequired: { retryable: false, effect: 'none' },
  Withheld: { retryable: false, effect: 'none' },
  RateLimited: { retryable: true, effect: 'none' },
  Unavailable: { retryable: true, effect: 'unknown' },
  Timeout: { retryable: true, effect: 'unknown' },
  Malformed: { retryable: true, effect: 'unknown' },
  NotReached: { retryable: true, effect: 'none' },
  CircuitOpen: { retryable: true, effect: 'none' },
  Throttled: { retryable: true, effect: 'none' },
} as const;
export type VendorErrorKind = keyof typeof vendorErrorKinds;

/** A provider's error, translated once in its connector. The message is for operators: it never quotes bodies, addresses or tokens. */
export class VendorError extends Error {
  override readonly name = 'VendorError';
  readonly provider: Provider;
  readonly kind: VendorErrorKind;
  readonly retryAfterMs: number | undefined;

  constructor(
    provider: Provider,
    kind: VendorErrorKind,
    message: string,
    options: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.provider = provider;
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The stable name that operators filter by: `SlackRejected`. */
  get failureClass(): `${Provider}${VendorErrorKind}` {
    return `${this.provider}${this.kind}`;
  }

  get retryable(): boolean {
    return vendorErrorKinds[this.kind].retryable;
  }

  /** Whether a request was sent at all; one that we held back ourselves says nothing about the provider. */
  get asked(): boolean {
    return this.kind !== 'CircuitOpen' && this.kind !== 'Throttled';
  }

  /** Whether the provider may have done what it was asked before it failed. */
  get effect(): 'none' | 'unknown' {
    return vendorErrorKinds[this.kind].effect;
  }
}

/** System codes, and the one of Node's fetch, that mean: no connection was made, so nothing was asked. */
export const notReachedCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
