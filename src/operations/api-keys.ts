import { insertApiKey, readApiKeys, revokeApiKey } from '../db/api-keys.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { newApiKey } from '../privacy/api-key.ts';

export interface ApiKeyRequest {
  name: string;
  /** `null`: any. */
  sources: readonly string[] | null;
  /** Requests within a minute; `null`: any number. */
  perMinute: number | null;
  /** Whether it may also read leads; a key that stands in a page may not. */
  readsLeads?: boolean;
}

/** The keys by which the senders of one tenant are known. */
export function createApiKeys({ queries, tenantId }: { queries: Queries; tenantId: string }) {
  return {
    /** The key is told here and never again. */
    async create(request: ApiKeyRequest, by: string): Promise<{ id: string; key: string }> {
      const { name, sources, perMinute, readsLeads = false } = request;
      const { id, key, secretDigest } = newApiKey();
      const row = { id, tenantId, name, secretDigest, sources: sources && [...sources], perMinute, readsLeads };
      await orUnavailable(insertApiKey(queries, row, by));
      return { id, key };
    },

    revoke: (id: string, by: string): Promise<boolean> => orUnavailable(revokeApiKey(queries, tenantId, id, by)),

    list: () => orUnavailable(readApiKeys(queries, tenantId)),
  };
}

export type ApiKeys = ReturnType<typeof createApiKeys>;
