import { createHmac } from 'node:crypto';

/** What a hash is for; two purposes never share a hash, so one table cannot be matched against another. */
export type HashPurpose = 'event-key' | 'fingerprint' | 'lane' | 'subject' | 'crm-field' | 'crm-change' | 'object';

/**
 * Keyed hashes for everything that has to be recognised again and must not be read: HMAC-SHA-256 (RFC 2104), cut to 128
 * bits, as 32 hex digits. Each part is preceded by its length, so that ('a', 'bc') and ('ab', 'c') differ.
 */
export function createHasher(hashKey: Buffer) {
  return {
    hash(purpose: HashPurpose, parts: readonly string[]): string {
      const hmac = createHmac('sha256', hashKey);
      for (const part of [purpose, ...parts]) {
        // As a JSON text, since UTF-8 alone would write every lone surrogate as the same bytes.
        const bytes = Buffer.from(JSON.stringify(part), 'utf8');
        const length = Buffer.alloc(4);
        length.writeUInt32BE(bytes.length);
        hmac.update(length).update(bytes);
      }
      return hmac.digest('hex').slice(0, 32);
    },
  };
}

export type Hasher = ReturnType<typeof createHasher>;
