import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `cw_<id, 12 hex digits>_<secret, 32 bytes in base64url>`: the id finds the record, the secret proves the key. */
const format = /^cw_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A new key: shown once; of the secret only the digest is kept. */
export function newApiKey(): { id: string; key: string; secretDigest: Buffer } {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, key: `cw_${id}_${secret}`, secretDigest: digestOf(secret) };
}

export function parseApiKey(text: string): { id: string; secret: string } | undefined {
  const [, id, secret] = format.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : undefined;
}

/** Compares a secret with a digest in constant time; both are digests, so that their lengths are equal. */
export const isSecret = (secret: string, digest: Buffer): boolean => timingSafeEqual(digestOf(secret), digest);
