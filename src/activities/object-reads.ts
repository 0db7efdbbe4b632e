import { createHash } from 'node:crypto';
import { type CachedObject, type FactsToCache, readCachedFacts, storeCachedFacts } from '../db/facts-cache.ts';
import type { Queries } from '../db/database.ts';
import { VendorError } from '../domain/failure.ts';
import type { SubjectIdentifiers } from '../domain/incoming.ts';
import type { Hasher } from '../privacy/hasher.ts';
import type { Keyring } from '../privacy/keyring.ts';
import { type SealedRecord, sealedObjects } from '../privacy/sealed-records.ts';
import type { Logger } from '../telemetry/log.ts';
import { createBatcher } from './batcher.ts';
import { reasonOf } from '../intake/reason-of.ts';

/** What is known of one object, and since when. */
export interface Known<T> {
  value: T;
  fetchedAt: Date;
  cached: boolean;
}

export interface ReadRequest<T> {
  tenantId: string;
  id: string;
  /** What was read before this moment is not to be used: the object has changed. */
  changedAt?: Date | undefined;
  /** Asks the provider. */
  fetch: () => Promise<T>;
  /** Under whose key it is kept; `undefined`: it is not kept. */
  subjectOf: (value: T) => SubjectIdentifiers | undefined;
}

export type Read<T> = (request: ReadRequest<T>) => Promise<Known<T>>;
export type ObjectReads = ReturnType<typeof createObjectReads>;

/** As many as a batch of events asks for at once. */
const rowsAtOnce = 500;

/**
 * Reads objects of a provider through a cache that all processes share.
 *
 * 1. Within a process, those who ask for an object at the same time share one look-up, and its error.
 * 2. What is about the event's own object is only used if the provider was asked after the event occurred.
 * 3. A read that failed is never kept; a cache that cannot be written fails no read.
 */
export function createObjectReads(options: {
  queries: Queries;
  keyring: Keyring;
  hasher: Hasher;
  provider: string;
  /** Everything that decides what a read brings: kept under other words, it is not found. */
  version: readonly string[];
  /** 0: nothing is kept. */
  cacheMs: number;
  count: (result: 'hit' | 'miss' | 'joined') => void;
  log: Logger;
}) {
  const { queries, keyring, hasher, provider, cacheMs, count, log } = options;
  const version = createHash('sha256').update(JSON.stringify(options.version)).digest('hex').slice(0, 16);

  const recall = createBatcher(async (objects: readonly CachedObject[]) => {
    const rows = await readCachedFacts(queries, objects, new Date(Date.now() - cacheMs));
    const byHash = new Map(rows.map((row) => [row.objectHash, row]));
    return new Map(objects.map((object) => [object, byHash.get(object.objectHash)]));
  }, rowsAtOnce);
  const store = createBatcher(async (rows: readonly FactsToCache[]) => {
    await storeCachedFacts(queries, [...new Map(rows.map((row) => [row.objectHash, row])).values()]);
    return new Map<FactsToCache, never>();
  }, rowsAtOnce);

  function readsOf<T>(kind: string, sealed: SealedRecord<T>): Read<T> {
    const flights = new Map<string, { flight: Promise<Known<T>>; begunAt: Date }>();

    async function recalled(object: CachedObject, changedAt: Date | undefined): Promise<Known<T> | undefined> {
      const row = cacheMs > 0 ? await recall(object) : undefined;
      if (!row || (changedAt && row.fetchedAt <= changedAt)) return undefined;
      try {
        const { key } = keyring.unwrap({ id: row.keyId, wrapped: row.wrappedKey });
        return { value: sealed.open(key, object.objectHash, row.sealed), fetchedAt: row.fetchedAt, cached: true };
      } catch {
        log.warn({ kind }, 'a cached object could not be opened, it is read again');
        return undefined;
      }
    }

    /** `erased`: it is about a person of whom nothing may be kept any more. */
    async function keep(object: CachedObject, subject: SubjectIdentifiers, { value, fetchedAt }: Known<T>) {
      try {
        if (cacheMs === 0) return (await keyring.isErased(object.tenantId, subject)) ? 'erased' : 'kept';
        const dataKey = await keyring.keyForCopy(object.tenantId, subject);
        if (!dataKey) return 'erased';
        const bytes = sealed.seal(dataKey.key, object.objectHash, value);
        await store({ ...object, fetchedAt: fetchedAt.toISOString(), subjectKeyId: dataKey.id, sealed: bytes });
      } catch (error) {
        log.warn({ kind, reason: reasonOf(error) }, 'an object could not be cached');
        // The key may have been deleted just now.
        keyring.forget();
        const isErased = await keyring.isErased(object.tenantId, subject).catch(() => false);
        return isErased ? 'erased' : 'kept';
      }
      return 'kept';
    }

    async function lookUp(object: CachedObject, { changedAt, fetch, subjectOf }: ReadRequest<T>): Promise<Known<T>> {
      const known = await recalled(object, changedAt);
      count(known ? 'hit' : 'miss');
      if (known) return known;
      const fetchedAt = new Date();
      const fetched: Known<T> = { value: await fetch(), fetchedAt, cached: false };
      const subject = subjectOf(fetched.value);
      if (subject && (await keep(object, subject, fetched)) === 'erased')
        throw new VendorError('HubSpot', 'NotFound', `HubSpot: NotFound (the ${kind} was erased here)`);
      return fetched;
    }

    return async function read(request) {
      const { tenantId, id, changedAt } = request;
      const objectHash = hasher.hash('object', [tenantId, kind, id]);
      for (;;) {
        const flying = flights.get(objectHash);
        // What was begun before the change need not be waited for.
        if (!flying || (changedAt && flying.begunAt <= changedAt)) break;
        const known = await flying.flight;
        if (!changedAt || known.fetchedAt > changedAt) {
          count('joined');
          return known;
        }
      }
      const begunAt = new Date();
      const flight = lookUp({ tenantId, provider, objectType: kind, objectHash, version }, request);
      flights.set(objectHash, { flight, begunAt });
      const land = () => {
        if (flights.get(objectHash)?.flight === flight) flights.delete(objectHash);
      };
      flight.then(land, land);
      return await flight;
    };
  }

  return {
    deal: readsOf('deal', sealedObjects.deal),
    tasks: readsOf('tasks', sealedObjects.tasks),
    contact: readsOf('contact', sealedObjects.contact),
    account: readsOf('account', sealedObjects.account),
    owner: readsOf('owner', sealedObjects.owner),
  };
}
