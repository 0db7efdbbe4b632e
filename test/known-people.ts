import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { GroupRole } from '../src/domain/buyer-group.ts';
import type { KnownPerson } from '../src/domain/known-person.ts';
import { hasherOf, keyringOf, tenantId } from '../src/main/stores.ts';
import { sealedCopy, sealedPerson, sealedRequester, sealedTitle, sealedTitles } from '../src/privacy/sealed-records.ts';
import type { Causeway } from './causeway.ts';
import { newId } from './hubspot-events.ts';

/** Somebody as a directory and a provider of addresses know them; every text is theirs alone. */
export function director() {
  const id = newId();
  return {
    name: `Cleo${id} Directory`,
    title: `Director of ${id}`,
    emails: [`Cleo.${id}@firm.example`, `cleo${id}@home.example`],
    phones: [`+4930${String(id).slice(-8).padStart(8, '0')}`, 'ext 5'],
    profileUrl: `https://profiles.example/cleo-${id}`,
    directoryId: String(id),
  } satisfies KnownPerson;
}

export type Director = ReturnType<typeof director>;

export const textsOfDirector = ({ name, title, emails, phones, profileUrl }: Director): string[] => [
  name,
  title,
  ...emails,
  phones[0] ?? '',
  profileUrl,
];

const ago = (days: number | null) =>
  days === null ? sql`null::timestamptz` : sql`clock_timestamp() - ${days} * interval '1 day'`;

/** Rows as refreshes of groups leave them, sealed with the keys of an installation. */
export function groupsOf({ queries, configuration }: Causeway) {
  const keyring = keyringOf(configuration, queries);
  const hasher = hasherOf(configuration);

  async function keyOf({ emails: [email = ''], directoryId }: Director) {
    keyring.forget();
    return keyring.keyFor(tenantId, {
      kind: 'person',
      email: email.toLowerCase(),
      external: ['coresignal', directoryId],
    });
  }

  async function cache(provider: string, kind: string, value: unknown, keyId: string, key: Buffer, days = 0) {
    const hash = hasher.hash('object', [tenantId, kind, randomUUID()]);
    await queries.execute(sql`
      insert into facts_cache (tenant_id, provider, object_type, object_hash, version, fetched_at, subject_key_id, sealed, stored_at)
      values (${tenantId}, ${provider}, ${kind}, ${hash}, '1', ${ago(days)}, ${keyId}, ${sealedCopy(kind).seal(key, hash, value)}, ${ago(days)})`);
  }

  return {
    keyOf,
    cache,

    /** From now on they are known by that id, too. */
    known: (keyId: string, external: readonly string[]) =>
      keyring.link(tenantId, keyId, { kind: 'person', external: [...external] }),

    async company(name = `Firm ${newId()}`): Promise<string> {
      const id = randomUUID();
      await queries.execute(sql`insert into companies (id, tenant_id, name) values (${id}, ${tenantId}, ${name})`);
      await queries.execute(sql`
        insert into company_aliases (tenant_id, kind, value, company_id) values (${tenantId}, 'name', ${name.toLowerCase()}, ${id})`);
      return id;
    },

    /** A person, with what both providers answered. */
    async person(who: Director, days = 0): Promise<string> {
      const { id, key } = await keyOf(who);
      await queries.execute(sql`
        insert into people (id, tenant_id, sealed, updated_at) values (${id}, ${tenantId}, ${sealedPerson.seal(key, id, who)}, ${ago(days)})
        on conflict (id) do update set sealed = excluded.sealed`);
      await queries.execute(sql`update subject_keys set created_at = least(created_at, ${ago(days)}) where id = ${id}`);
      await cache('coresignal', 'member', { id: who.directoryId, name: who.name }, id, key, days);
      await cache('lusha', 'person', { kind: 'found', person: { emails: who.emails } }, id, key, days);
      return id;
    },

    /** Their place in a group, with a change there; `leftDays`: how long ago they left. */
    async member(companyId: string, who: Director, options: { role?: GroupRole; leftDays?: number | null } = {}) {
      const { role = 'champion', leftDays = null } = options;
      const { id, key } = await keyOf(who);
      const titles = { from: `Former ${who.title}`, to: who.title };
      await queries.execute(sql`
        insert into buyer_group_members (company_id, person_id, role, because, functions, seniority, confidence, sources, title_sealed, joined_at, left_at, last_seen_at)
        values (${companyId}, ${id}, ${role}, 'leads a function that buys', '{sales}', 'director', 0.8, '{coresignal,lusha}',
          ${sealedTitle.seal(key, id, who.title)}, ${ago(900)}, ${ago(leftDays)}, clock_timestamp())`);
      await queries.execute(sql`
        insert into buyer_group_changes (company_id, person_id, job_id, kind, titles_sealed)
        values (${companyId}, ${id}, ${randomUUID()}, 'title_changed', ${sealedTitles.seal(key, id, titles)})`);
    },

    /** A refresh that ended so many days ago, asked for by whoever has the address, and whom it saw. */
    async run(
      companyId: string,
      options: { days?: number; status?: string; saw?: readonly Director[]; askedBy?: string } = {},
    ) {
      const { days = 0, status = 'completed', saw = [], askedBy } = options;
      const id = randomUUID();
      await queries.execute(sql`
        insert into buyer_group_refresh_logs (id, tenant_id, company_id, status, priority, level, created_at, started_at, finished_at)
        values (${id}, ${tenantId}, ${companyId}, ${status}, 5, 'enrich', ${ago(days)}, ${ago(days)}, ${ago(days)})`);
      for (const who of saw)
        await queries.execute(sql`
          insert into buyer_group_sightings (job_id, person_id, sources) values (${id}, ${(await keyOf(who)).id}, '{coresignal}')`);
      keyring.forget();
      const asker =
        askedBy === undefined ? undefined : await keyring.keyFor(tenantId, { kind: 'person', email: askedBy });
      await queries.execute(sql`
        insert into buyer_group_refresh_reasons (tenant_id, company_id, job_id, priority, is_coalesced, requested_by, requester_key_id, requester_sealed)
        values (${tenantId}, ${companyId}, ${id}, 5, false, 'operator', ${asker?.id ?? null},
          ${asker && askedBy !== undefined ? sealedRequester.seal(asker.key, asker.id, askedBy) : null})`);
      return id;
    },

    /** The group as a run left it: of those who are in it. */
    async group(companyId: string, jobId: string) {
      await queries.execute(sql`
        insert into buyer_groups (company_id, tenant_id, confidence, cohesion, members, is_partial, job_id, refreshed_at)
        select ${companyId}, ${tenantId}, 0.7, 0.9, count(*), false, ${jobId}, clock_timestamp() from buyer_group_members
        where company_id = ${companyId} and left_at is null`);
    },
  };
}
