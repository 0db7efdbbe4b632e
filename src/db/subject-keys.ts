import { type SQL, sql } from 'drizzle-orm';
import type { SubjectAlias } from '../domain/subject-alias.ts';
import type { Queries } from './database.ts';
import { areHeld, heldKeys, someErased } from './held-keys.ts';
import { isOwn } from './own-alias.ts';

type WrappedKey = { id: string; wrapped: Buffer };

const given = (aliases: readonly SubjectAlias[]): SQL => {
  const column = (name: keyof SubjectAlias) => sql.param(aliases.map((alias) => alias[name]));
  return sql`select * from unnest(${column('hash')}::text[], ${column('kind')}::text[]) as given(alias, kind)`;
};

/** The keys to which the identifiers lead that are one person's; a phone, or a shared mailbox, makes nobody the same. */
const knownBy = (tenantId: string): SQL => sql`
  select a.key_id from given join subject_aliases a on a.tenant_id = ${tenantId} and a.alias = given.alias
  where ${isOwn(sql`a.kind`)}`;

/**
 * Links identifiers to a key, while everybody to whom they lead is held: an erasure of one of them either sees it, or has come first,
 * and it is not done.
 */
async function linkIf(
  queries: Pick<Queries, 'execute'>,
  condition: SQL,
  link: { tenantId: string; keyId: string; aliases: readonly SubjectAlias[] },
): Promise<boolean> {
  const { tenantId, keyId, aliases } = link;
  const { rows } = await queries.execute<{ may: boolean }>(sql`
    with given as (${given(aliases)}), known as (select ${keyId}::uuid as key_id union ${knownBy(tenantId)}),
    held as ${heldKeys(sql`select key_id from known`)}, checked as (select ${areHeld} and ${condition} as may),
    linked as (
      insert into subject_aliases (tenant_id, alias, kind, key_id)
      select ${tenantId}, given.alias, given.kind, ${keyId} from given, checked where may on conflict do nothing
    )
    select may from checked`);
  return rows[0]?.may === true;
}

/** Whether somebody whom the identifiers tell was erased later than it was seen; a phone or a shared mailbox tells where nothing else does. */
const erasedAfter = (tenantId: string, seen: Date | null): SQL => sql`exists (
  select from given join erased_subjects x on x.tenant_id = ${tenantId} and x.alias = given.alias
  where date_trunc('milliseconds', x.erased_at) > coalesce(${seen?.toISOString() ?? null}::timestamptz, '-infinity')
    and (given.kind not in ('phone', 'mailbox') or not exists (select from given g where g.kind not in ('phone', 'mailbox'))))`;

/** The keyring's store over `subject_keys` and `subject_aliases`. */
export function createSubjectKeyStore(queries: Pick<Queries, 'execute'>) {
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

    /** One statement, so that no erasure finds a key without what leads to it. */
    async insertIfAbsent(
      tenantId: string,
      key: WrappedKey,
      aliases: readonly [SubjectAlias, ...SubjectAlias[]],
      erasedAt: Date | null,
    ) {
      const subject = aliases[0].hash;
      const { rows } = await queries.execute<WrappedKey>(sql`
        with given as (${given(aliases)}), known as (select distinct key_id from (${knownBy(tenantId)}) k),
        held as ${heldKeys(sql`select key_id from known`)},
        made as (
          insert into subject_keys (id, tenant_id, subject, wrapped)
          select ${key.id}::uuid, ${tenantId}, ${subject}, ${key.wrapped}::bytea where ${areHeld} and not ${erasedAfter(tenantId, erasedAt)}
          on conflict do nothing returning id, wrapped
        ), linked as (
          insert into subject_aliases (tenant_id, alias, kind, key_id)
          select ${tenantId}, given.alias, given.kind, made.id from given, made on conflict do nothing
        )
        select id, wrapped from made`);
      if (rows[0]) return rows[0];
      const { rows: others } = await queries.execute<WrappedKey>(
        sql`select id, wrapped from subject_keys where tenant_id = ${tenantId} and subject = ${subject}`,
      );
      const stored = others[0];
      return stored && (await this.link(tenantId, stored.id, aliases)) ? stored : undefined;
    },

    link: (tenantId: string, keyId: string, aliases: readonly SubjectAlias[]) =>
      linkIf(queries, sql`true`, { tenantId, keyId, aliases }),

    linkUnlessErased: (tenantId: string, keyId: string, aliases: readonly SubjectAlias[]) =>
      linkIf(queries, sql`not ${someErased(sql`${tenantId}`, erasedSince(tenantId, keyId))}`, {
        tenantId,
        keyId,
        aliases,
      }),
  };
}

/** Those of a person's own by which somebody was erased since the key was made. */
const erasedSince = (tenantId: string, keyId: string): SQL => sql`array(
  select given.alias from given join erased_subjects x on x.tenant_id = ${tenantId} and x.alias = given.alias
    join subject_keys k on k.id = ${keyId} and k.created_at <= x.erased_at
  where ${isOwn(sql`given.kind`)})`;
