import { createHmac, randomUUID } from 'node:crypto';
import type { VerificationScheme } from '../src/sources/verification/scheme.ts';

/** The headers with which a sender posts `body` now, made from what its scheme says. */
export function signedHeaders(
  { algorithm, encoding, secret: form, signatureHeader, signaturePrefix, signedParts, timestamp }: VerificationScheme,
  { uri, body, secret }: { uri: string; body: string; secret: string },
): Record<string, string> {
  const unit = timestamp?.units[0];
  const time = unit ? String(Math.floor(Date.now() / unit.unitMs)) : '';
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (timestamp) headers[timestamp.header] = time;
  const parts = { method: 'POST', uri, body, timestamp: time };
  const signed = signedParts.map((part) => {
    if (typeof part === 'string') return parts[part];
    if ('literal' in part) return part.literal;
    return (headers[part.header] = randomUUID());
  });
  const key = form ? Buffer.from(secret.slice(form.prefix.length), form.encoding) : secret;
  const signature = createHmac(algorithm.replace('hmac-', ''), key).update(signed.join('')).digest(encoding);
  return { ...headers, [signatureHeader]: `${signaturePrefix?.text ?? ''}${signature}` };
}
