import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { subjectAliases, subjectKeys } from './schema/index.ts';

/** The keyring's store over `subject_keys` and `subject_aliases`. */
export function createSubjectKeyStore(queries: Queries) {
  return {
    async find(tenantId: string, aliases: readonly string[]) {
      const rows = await queries
        .select({ id: subjectKeys.id, wrapped: subjectKeys.wrapped, alias: subjectAliases.alias })
        .from(subjectAliases)
        .innerJoin(subjectKeys, eq(subjectKeys.id, subjectAliases.keyId))
        .where(and(eq(subjectAliases.tenantId, tenantId), inArray(subjectAliases.alias, [...aliases])))
        .orderBy(subjectKeys.createdAt);
      return rows.toSorted((a, b) => aliases.indexOf(a.alias) - aliases.indexOf(b.alias));
    },

    async insertIfAbsent(tenantId: string, subject: string, key: { id: string; wrapped: Buffer }) {
      await queries
        .insert(subjectKeys)
        .values({ id: key.id, tenantId, subject, wrapped: key.wrapped })
        .onConflictDoNothing();
      const [stored] = await queries
        .select({ id: subjectKeys.id, wrapped: subjectKeys.wrapped })
        .from(subjectKeys)
        .where(and(eq(subjectKeys.tenantId, tenantId), eq(subjectKeys.subject, subject)));
      if (!stored) throw new Error('a subject key was erased while it was being made');
      return stored;
    },

    async link(tenantId: string, keyId: string, aliases: readonly string[]) {
      await queries.execute(
        sql`insert into subject_aliases (tenant_id, alias, key_id)
            select ${tenantId}, alias, k.id from unnest(${sql.param([...aliases])}::text[]) alias, subject_keys k where k.id = ${keyId}
            on conflict do nothing`,
      );
    },
  };
}
