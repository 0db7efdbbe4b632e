import { readCachedFacts, storeCachedFacts } from '../../db/facts-cache.ts';
import type { DataKey } from '../../privacy/keyring.ts';
import type { SealedRecord } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';

export interface Kept<T> {
  value: T;
  /** The person's, or the tenant's where it is about nobody. */
  key: DataKey;
  fetchedAt: Date;
}

/** What was paid for, to be used again for as long as it is fresh. */
export function createCachedAnswers<T>(
  {
    queries,
    keyring,
    hasher,
    buyerGroups,
  }: Pick<ActivityDependencies, 'queries' | 'keyring' | 'hasher' | 'buyerGroups'>,
  { provider, objectType, sealed }: { provider: string; objectType: string; sealed: SealedRecord<T> },
) {
  const version = '1';
  const freshMs = buyerGroups.freshDays * 86_400_000;
  const objectOf = (tenantId: string, id: string) => ({
    tenantId,
    provider,
    objectType,
    objectHash: hasher.hash('object', [tenantId, provider, id]),
    version,
  });

  return {
    /** Those that are fresh, by the id. */
    async recall(tenantId: string, ids: readonly string[]): Promise<Map<string, Kept<T>>> {
      const objects = new Map(ids.map((id) => [objectOf(tenantId, id).objectHash, id]));
      const rows = await readCachedFacts(
        queries,
        ids.map((id) => objectOf(tenantId, id)),
        new Date(Date.now() - freshMs),
      );
      return new Map(
        rows.flatMap(({ objectHash, keyId, wrappedKey, sealed: bytes, fetchedAt }) => {
          const id = objects.get(objectHash);
          const key = keyring.unwrap({ id: keyId, wrapped: wrappedKey });
          return id === undefined
            ? []
            : [[id, { value: sealed.open(key.key, objectHash, bytes), key, fetchedAt }] as const];
        }),
      );
    },

    async keep(tenantId: string, id: string, { key, value, fetchedAt }: { key: DataKey; value: T; fetchedAt: Date }) {
      const object = objectOf(tenantId, id);
      await storeCachedFacts(queries, [
        {
          ...object,
          fetchedAt: fetchedAt.toISOString(),
          subjectKeyId: key.id,
          sealed: sealed.seal(key.key, object.objectHash, value),
        },
      ]);
    },
  };
}
