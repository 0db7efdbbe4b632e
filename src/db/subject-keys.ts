import { and, eq, sql } from 'drizzle-orm';
import type { SubjectAlias } from '../domain/subject-alias.ts';
import type { Queries } from './database.ts';
import { subjectKeys } from './schema/index.ts';

/** The keyring's store over `subject_keys` and `subject_aliases`. */
export function createSubjectKeyStore(queries: Queries) {
  return {
    /** One statement: whether somebody was erased is known exactly as long as their keys are. */
    async find(tenantId: string, aliases: readonly string[]) {
      const { rows } = await queries.execute<{
        alias: string;
        id: string | null;
        wrapped: Buffer | null;
        erasedAt: Date | null;
      }>(sql`
        select given.alias, k.id, k.wrapped, x.erased_at as "erasedAt"
        from unnest(${sql.param([...aliases])}::text[]) with ordinality as given(alias, turn)
        left join subject_aliases a on a.tenant_id = ${tenantId} and a.alias = given.alias
        left join subject_keys k on k.id = a.key_id
        left join erased_subjects x on x.tenant_id = ${tenantId} and x.alias = given.alias
        order by given.turn, k.created_at`);
      return {
        keys: rows.flatMap(({ alias, id, wrapped }) => (id !== null && wrapped ? [{ alias, id, wrapped }] : [])),
        erased: rows.flatMap(({ alias, erasedAt }) => (erasedAt ? [{ alias, at: new Date(erasedAt) }] : [])),
      };
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

    async link(tenantId: string, keyId: string, aliases: readonly SubjectAlias[]) {
      const column = (name: keyof SubjectAlias) => sql.param(aliases.map((alias) => alias[name]));
      await queries.execute(
        sql`insert into subject_aliases (tenant_id, alias, kind, key_id)
            select ${tenantId}, t.alias, t.kind, k.id
            from unnest(${column('hash')}::text[], ${column('kind')}::text[]) t(alias, kind), subject_keys k where k.id = ${keyId}
            on conflict do nothing`,
      );
    },
  };
}
