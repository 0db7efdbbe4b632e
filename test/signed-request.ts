import { createHmac, randomUUID } from 'node:crypto';
import type { SignatureScheme, VerificationScheme } from '../src/sources/verification/scheme.ts';

interface Unsigned {
  uri: string;
  body: string;
  secret: string;
}

/** What a sender posts now, as its scheme says: the headers, and the body, which has the secret in it where nothing is signed, or the part of
 * the path that has. */
export function signedRequest(
  scheme: VerificationScheme,
  request: Unsigned,
): { headers: Record<string, string>; body: string; pathKey?: string } {
  const { body, secret } = request;
  if (scheme.algorithm === 'hmac-sha256') return { headers: signedHeaders(scheme, request), body };
  if (scheme.algorithm === 'path-key') {
    return { headers: { 'content-type': 'application/json' }, body, pathKey: encodeURIComponent(secret) };
  }
  // In the text: read and written again, long numbers would lose digits.
  const key = new RegExp(String.raw`("${scheme.keyField}"\s*:\s*)"[^"]*"`);
  const headers = { 'content-type': 'application/json' };
  return { headers, body: body.replace(key, (_, name: string) => name + JSON.stringify(secret)) };
}

function signedHeaders(scheme: SignatureScheme, { uri, body, secret }: Unsigned): Record<string, string> {
  const { algorithm, encoding, secret: form, signatureHeader, signaturePrefix, signedParts, timestamp } = scheme;
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
