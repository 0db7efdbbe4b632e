import { createHash } from 'node:crypto';

/**
 * The Message-ID that an effect's draft carries, always the same for the same key. It shows the key where that is legal
 * (a `:` becomes a `.`); any other key is replaced by its hash.
 */
export function messageIdOf(key: string): string {
  const readable = key.replaceAll(':', '.');
  const legal = readable.length <= 200 && /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(readable);
  return `<${legal ? readable : `sha256.${createHash('sha256').update(key).digest('hex')}`}@causeway>`;
}
