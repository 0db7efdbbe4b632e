import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SignatureScheme, TimestampRule, VerificationScheme } from './scheme.ts';
import { keyInBody } from './key-in-body.ts';

/** A request as it came in, before anything was parsed. */
export interface SignedRequest {
  method: string;
  /** The public URL that the sender was configured with, never one rebuilt from the Host header. */
  uri: string;
  /** What stands behind the name of the source in the path; undefined where nothing does. */
  pathKey?: string | undefined;
  rawBody: Buffer;
  /** As Node gives them: lower-case names. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Any one of them is enough, so that a secret can be changed without losing a request. Empty ones are passed over. */
  secrets: readonly string[];
  /** Our time in epoch milliseconds. */
  nowMs: number;
}

export type VerificationFailure =
  | 'missing_signature'
  | 'missing_header'
  | 'missing_timestamp'
  | 'bad_timestamp'
  | 'stale_timestamp'
  | 'unsupported_version'
  | 'wrong_signature';

export type Verification = { ok: true } | { ok: false; reason: VerificationFailure };

/** Tells whether the request was signed with one of the secrets. A time in the future is `stale_timestamp`, too. */
export function verify(scheme: VerificationScheme, request: SignedRequest): Verification {
  if (scheme.algorithm === 'hmac-sha256') return verifySignature(scheme, request);
  const given = scheme.algorithm === 'path-key' ? request.pathKey : keyInBody(request.rawBody, scheme.keyField);
  return verifyKey(given, request);
}

function verifyKey(given: string | undefined, { secrets }: SignedRequest): Verification {
  if (given === undefined) return { ok: false, reason: 'missing_signature' };
  // Of digests: so not even the length of a secret can be told from the time taken.
  const matches = secrets
    .filter((secret) => secret !== '')
    .map((secret) => timingSafeEqual(digestOf(given), digestOf(secret)));
  return matches.includes(true) ? { ok: true } : { ok: false, reason: 'wrong_signature' };
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

function verifySignature(scheme: SignatureScheme, request: SignedRequest): Verification {
  const signature = readHeader(request, scheme.signatureHeader);
  if (signature === undefined) {
    const outdated = scheme.unsupportedHeaders?.some((name) => readHeader(request, name) !== undefined) ?? false;
    return { ok: false, reason: outdated ? 'unsupported_version' : 'missing_signature' };
  }
  const timestamp = scheme.timestamp && readHeader(request, scheme.timestamp.header);
  const failure = scheme.timestamp && checkTimestamp(scheme.timestamp, timestamp, request.nowMs);
  if (failure) return { ok: false, reason: failure };
  const isMissing = (part: SignatureScheme['signedParts'][number]) =>
    typeof part === 'object' && 'header' in part && readHeader(request, part.header) === undefined;
  if (scheme.signedParts.some(isMissing)) return { ok: false, reason: 'missing_header' };

  const { signatureSeparator } = scheme;
  const given = (signatureSeparator === undefined ? [signature] : signature.split(signatureSeparator))
    .map((text) => withoutPrefix(scheme, text))
    .filter((text) => text !== undefined);
  // Every secret is tried, whichever matches, so that the time taken does not tell which one did.
  const matches = request.secrets
    .map((secret) => keyOf(scheme, secret))
    .filter((key) => key.length > 0)
    .flatMap((key) => {
      const expected = sign(scheme, request, timestamp ?? '', key);
      return given.map((text) => equalTexts(text, expected));
    });
  return matches.includes(true) ? { ok: true } : { ok: false, reason: 'wrong_signature' };
}

function readHeader(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name];
  // A header sent twice is kept whole: joined it fits no format, whereas choosing one would let a proxy choose another.
  const text = typeof value === 'object' ? value.join(', ') : value;
  return text === '' ? undefined : text;
}

function checkTimestamp(rule: TimestampRule, text: string | undefined, nowMs: number): VerificationFailure | undefined {
  if (text === undefined) return 'missing_timestamp';
  const unit = rule.units.find(({ digits }) => digits === text.length);
  if (unit === undefined || !/^\d+$/.test(text)) return 'bad_timestamp';
  return Math.abs(nowMs - Number(text) * unit.unitMs) > rule.toleranceMs ? 'stale_timestamp' : undefined;
}

function withoutPrefix({ signaturePrefix }: SignatureScheme, signature: string): string | undefined {
  if (signaturePrefix === undefined) return signature;
  if (signature.startsWith(signaturePrefix.text)) return signature.slice(signaturePrefix.text.length);
  return signaturePrefix.required ? undefined : signature;
}

function keyOf({ secret: rule }: SignatureScheme, secret: string): Buffer {
  if (rule === undefined) return Buffer.from(secret);
  const text = secret.startsWith(rule.prefix) ? secret.slice(rule.prefix.length) : secret;
  return Buffer.from(text, rule.encoding);
}

function sign(scheme: SignatureScheme, request: SignedRequest, timestamp: string, key: Buffer): string {
  const hmac = createHmac('sha256', key);
  const values = { method: request.method, uri: decodeUri(scheme, request.uri), body: request.rawBody, timestamp };
  // Piece by piece: as a string, a body that is not valid UTF-8 would no longer be the bytes that were signed.
  for (const part of scheme.signedParts) {
    if (typeof part === 'string') hmac.update(values[part]);
    else hmac.update('literal' in part ? part.literal : (readHeader(request, part.header) ?? ''));
  }
  return hmac.digest(scheme.encoding);
}

function decodeUri({ uriDecoding }: SignatureScheme, uri: string): string {
  return uriDecoding ? uri.replace(/%[0-9a-f]{2}/gi, (code) => uriDecoding[code.toUpperCase()] ?? code) : uri;
}

// The encoded texts are compared, not what they decode to: decoders forgive stray characters and unused bits.
function equalTexts(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}
