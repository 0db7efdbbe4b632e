import { randomBytes, randomUUID } from 'node:crypto';
import type { SubjectIdentifiers } from '../domain/incoming.ts';
import { isWeak, type SubjectAlias } from '../domain/subject-alias.ts';
import type { Hasher } from './hasher.ts';
import { open, seal } from './sealing.ts';
import { aliasesOf } from './subject-aliases.ts';

export interface WrappedKey {
  id: string;
  wrapped: Buffer;
}

/** What is known of the subject that some aliases name. */
export interface FoundSubject {
  /** The keys that any of the aliases leads to, in the order of the aliases. */
  keys: readonly (WrappedKey & { alias: string })[];
  /** By which of the aliases somebody was erased, and when. */
  erased: readonly { alias: string; at: Date }[];
}

type Aliases = readonly [SubjectAlias, ...SubjectAlias[]];

/** Where wrapped keys are kept. Every method works on one tenant's rows; of somebody who is being erased it writes nothing. */
export interface SubjectKeyStore {
  find(tenantId: string, aliases: readonly string[]): Promise<FoundSubject>;
  /**
   * Stores a key, with all that leads to it, unless the subject has one already; returns the one that is stored. `erasedAt`: when they were
   * last erased, as far as it was seen; of somebody who was erased later nothing is stored.
   */
  insertIfAbsent(
    tenantId: string,
    key: WrappedKey,
    aliases: Aliases,
    erasedAt: Date | null,
  ): Promise<WrappedKey | undefined>;
  link(tenantId: string, keyId: string, aliases: readonly SubjectAlias[]): Promise<boolean>;
  /** Nor of somebody who was erased and did not come back. */
  linkUnlessErased(tenantId: string, keyId: string, aliases: readonly SubjectAlias[]): Promise<boolean>;
}

export interface DataKey {
  id: string;
  key: Buffer;
}

interface Known {
  dataKey?: DataKey;
  erasedAt: Date | null;
}

const cacheLimit = 10_000;
const cacheMs = 60_000;
/** Whoever is erased while they are looked up is looked up again. */
const maxLooks = 3;

const wrapContext = (id: string) => `subject-key:${id}`;

/**
 * Gives each subject its own data key. A key is kept in memory for a minute at the most; sealing under one that was erased
 * meanwhile is caught by the foreign key of the sealed row, and then `forget` makes the next look-up ask the store.
 */
export function createKeyring(options: {
  masterKey: Buffer;
  hasher: Hasher;
  store: SubjectKeyStore;
  /** What is equal for all spellings of one mailbox. */
  mailboxOf?: (email: string) => string;
  now?: () => number;
}) {
  const { masterKey, hasher, store, mailboxOf = (email) => email, now = Date.now } = options;
  const cache = new Map<string, { known: Known; until: number }>();

  const unwrap = (key: WrappedKey): DataKey => ({ id: key.id, key: open(masterKey, wrapContext(key.id), key.wrapped) });

  async function make(tenantId: string, aliases: Aliases, erasedAt: Date | null): Promise<DataKey | undefined> {
    const id = randomUUID();
    const fresh = { id, wrapped: seal(masterKey, wrapContext(id), randomBytes(32)) };
    const stored = await store.insertIfAbsent(tenantId, fresh, aliases, erasedAt);
    return stored && unwrap(stored);
  }

  /** By another spelling of the same mailbox somebody may have been erased, or is to be. */
  function otherSpellings(tenantId: string, subject: SubjectIdentifiers): SubjectAlias[] {
    const email = subject.kind === 'person' ? subject.email : undefined;
    return email === undefined ? [] : aliasesOf(hasher, tenantId, { kind: 'person', email: mailboxOf(email) });
  }

  /** `undefined`: who was found is being erased. */
  async function recall(
    tenantId: string,
    aliases: Aliases,
    spellings: readonly SubjectAlias[],
  ): Promise<Known | undefined> {
    const isAllWeak = isWeak(aliases[0]);
    const isTelling = (alias: SubjectAlias) => isAllWeak || !isWeak(alias);
    const twins = spellings.filter(isTelling);
    const { keys, erased } = await store.find(
      tenantId,
      [...aliases, ...twins].map(({ hash }) => hash),
    );
    // A phone, or a shared mailbox, alone leads to a person only where nothing stronger is known.
    const telling = aliases.filter(isTelling);
    const times = erased
      .filter(({ alias }) => [...telling, ...twins].some(({ hash }) => hash === alias))
      .map(({ at }) => at.getTime());
    const erasedAt = times.length > 0 ? new Date(Math.max(...times)) : null;
    const found = keys.find(({ alias }) => telling.some(({ hash }) => hash === alias));
    if (!found) return { erasedAt };
    const linked = new Set(keys.filter((key) => key.id === found.id).map((key) => key.alias));
    const missing = [...aliases, ...twins].filter(({ hash }) => !linked.has(hash));
    if (missing.length > 0 && !(await store.link(tenantId, found.id, missing))) return undefined;
    return { dataKey: unwrap(found), erasedAt };
  }

  /** What was put in first is over first. */
  function forgetOld(): void {
    for (const [cacheKey, { until }] of cache) {
      if (until > now() && cache.size < cacheLimit) return;
      cache.delete(cacheKey);
    }
  }

  async function lookUp(
    tenantId: string,
    subject: SubjectIdentifiers,
    needed: (known: Known) => boolean,
  ): Promise<Known> {
    const aliases = aliasesOf(hasher, tenantId, subject);
    const cacheKey = aliases.map(({ hash }) => hash).join();
    const cached = cache.get(cacheKey);
    if (cached && cached.until > now()) return cached.known;
    const spellings = otherSpellings(tenantId, subject);
    for (let look = 1; look <= maxLooks; look += 1) {
      const found = await recall(tenantId, aliases, spellings);
      if (found && !found.dataKey && !needed(found)) return found;
      const dataKey = found && (found.dataKey ?? (await make(tenantId, [...aliases, ...spellings], found.erasedAt)));
      if (found && dataKey) return kept(cacheKey, { ...found, dataKey });
    }
    throw new Error('somebody was erased each time they were looked up');
  }

  function kept(cacheKey: string, { dataKey: { id, key }, erasedAt }: Known & { dataKey: DataKey }): Known {
    // Memory of its own: a part of Node's pool of buffers would keep the 8 KiB around it as well.
    const known = { dataKey: { id, key: Buffer.alloc(key.length, key) }, erasedAt };
    forgetOld();
    cache.delete(cacheKey);
    cache.set(cacheKey, { known, until: now() + cacheMs });
    return known;
  }

  const opened = ({ dataKey }: Known): DataKey => {
    if (!dataKey) throw new Error('a key was needed and not made');
    return dataKey;
  };

  return {
    unwrap,

    /** The key to seal something about this subject under; made at the first call for it. */
    keyFor: async (tenantId: string, subject: SubjectIdentifiers): Promise<DataKey> =>
      opened(await lookUp(tenantId, subject, () => true)),

    /** The same for an event, or `undefined` when the person was erased after it had occurred: it must not bring them back. */
    async keyForEvent(tenantId: string, subject: SubjectIdentifiers, occurredAt: Date): Promise<DataKey | undefined> {
      const isLate = ({ erasedAt }: Known) => erasedAt !== null && occurredAt <= erasedAt;
      const found = await lookUp(tenantId, subject, (known) => !isLate(known));
      return isLate(found) ? undefined : opened(found);
    },

    /** The same for something that was read about a person elsewhere: `undefined` for one who was erased and did not come back. */
    async keyForCopy(tenantId: string, subject: SubjectIdentifiers): Promise<DataKey | undefined> {
      return (await lookUp(tenantId, subject, ({ erasedAt }) => erasedAt === null)).dataKey;
    },

    /** Whether anybody is known by this. */
    isKnown: async (tenantId: string, subject: SubjectIdentifiers): Promise<boolean> =>
      (await lookUp(tenantId, subject, () => false)).dataKey !== undefined,

    /** Whether this person was erased and did not come back. */
    async isErased(tenantId: string, subject: SubjectIdentifiers): Promise<boolean> {
      const { dataKey, erasedAt } = await lookUp(tenantId, subject, () => false);
      return !dataKey && erasedAt !== null;
    },

    /** From now on these identifiers lead to that key as well. `false`: they are those of somebody who was erased, or its own person was. */
    link: (tenantId: string, keyId: string, subject: SubjectIdentifiers): Promise<boolean> =>
      store.linkUnlessErased(tenantId, keyId, aliasesOf(hasher, tenantId, subject)),

    forget(): void {
      cache.clear();
    },
  };
}

export type Keyring = ReturnType<typeof createKeyring>;
