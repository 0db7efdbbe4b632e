import { randomBytes, randomUUID } from 'node:crypto';
import type { SubjectIdentifiers } from '../domain/incoming.ts';
import type { Hasher } from './hasher.ts';
import { open, seal } from './sealing.ts';

export interface WrappedKey {
  id: string;
  wrapped: Buffer;
}

/** Where wrapped keys are kept. Every method works on one tenant's rows. */
export interface SubjectKeyStore {
  /** The keys that any of the aliases leads to, in the order of the aliases. */
  find(tenantId: string, aliases: readonly string[]): Promise<(WrappedKey & { alias: string })[]>;
  /** Stores a key unless the subject has one already; returns the one that is stored. */
  insertIfAbsent(tenantId: string, subject: string, key: WrappedKey): Promise<WrappedKey>;
  link(tenantId: string, keyId: string, aliases: readonly string[]): Promise<void>;
}

export interface DataKey {
  id: string;
  key: Buffer;
}

const cacheLimit = 10_000;
const cacheMs = 60_000;

/** The hash by which a person is known whose e-mail is known. */
export const emailSubject = (hasher: Hasher, tenantId: string, email: string): string =>
  hasher.hash('subject', [tenantId, 'email', email.trim().toLowerCase()]);

const wrapContext = (id: string) => `subject-key:${id}`;

/**
 * Gives each subject its own data key. A key is kept in memory for a minute at the most; sealing under one that was erased
 * meanwhile is caught by the foreign key of the sealed row, and then `forget` makes the next look-up ask the store.
 */
export function createKeyring(options: {
  masterKey: Buffer;
  hasher: Hasher;
  store: SubjectKeyStore;
  now?: () => number;
}) {
  const { masterKey, hasher, store, now = Date.now } = options;
  const cache = new Map<string, { dataKey: DataKey; until: number }>();

  const unwrap = (key: WrappedKey): DataKey => ({ id: key.id, key: open(masterKey, wrapContext(key.id), key.wrapped) });

  function aliasesOf(tenantId: string, subject: SubjectIdentifiers): [string, ...string[]] {
    const hash = (...parts: string[]) => hasher.hash('subject', [tenantId, ...parts]);
    if (subject.kind === 'tenant') return [hash('tenant')];
    const aliases = [
      subject.email !== undefined && emailSubject(hasher, tenantId, subject.email),
      subject.phone !== undefined && hash('phone', subject.phone),
      subject.external !== undefined && hash('external', ...subject.external),
    ].filter((alias) => alias !== false);
    const [first, ...rest] = aliases;
    if (first === undefined) throw new Error('a person without any identifier cannot be given a key');
    return [first, ...rest];
  }

  async function lookUp(tenantId: string, aliases: [string, ...string[]]): Promise<DataKey> {
    const found = await store.find(tenantId, aliases);
    const known = found[0];
    if (known === undefined) {
      const id = randomUUID();
      const fresh = { id, wrapped: seal(masterKey, wrapContext(id), randomBytes(32)) };
      const stored = await store.insertIfAbsent(tenantId, aliases[0], fresh);
      await store.link(tenantId, stored.id, aliases);
      return unwrap(stored);
    }
    const linked = new Set(found.filter((key) => key.id === known.id).map((key) => key.alias));
    const missing = aliases.filter((alias) => !linked.has(alias));
    if (missing.length > 0) await store.link(tenantId, known.id, missing);
    return unwrap(known);
  }

  /** What was put in first is over first. */
  function forgetOld(): void {
    for (const [cacheKey, { until }] of cache) {
      if (until > now() && cache.size < cacheLimit) return;
      cache.delete(cacheKey);
    }
  }

  return {
    unwrap,

    /** The key to seal an event about this subject under; made at the first call for it. */
    async keyFor(tenantId: string, subject: SubjectIdentifiers): Promise<DataKey> {
      const aliases = aliasesOf(tenantId, subject);
      const cacheKey = aliases.join();
      const cached = cache.get(cacheKey);
      if (cached && cached.until > now()) return cached.dataKey;
      const { id, key } = await lookUp(tenantId, aliases);
      // Memory of its own: a part of Node's pool of buffers would keep the 8 KiB around it as well.
      const dataKey = { id, key: Buffer.alloc(key.length, key) };
      forgetOld();
      cache.delete(cacheKey);
      cache.set(cacheKey, { dataKey, until: now() + cacheMs });
      return dataKey;
    },

    forget(): void {
      cache.clear();
    },
  };
}

export type Keyring = ReturnType<typeof createKeyring>;
