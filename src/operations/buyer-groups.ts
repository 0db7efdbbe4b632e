import { type CompanyRow, findCompany, readCompanies, readCompany } from '../db/buyer-groups/company-views.ts';
import { readJobsOf } from '../db/buyer-groups/job-views.ts';
import {
  type ChangeRow,
  type FormerRow,
  type MemberRow,
  readChanges,
  readFormer,
  readMembers,
  type SealedPerson,
} from '../db/buyer-groups/members.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import type {
  BuyerGroupView,
  CompanyView,
  FormerMemberView,
  GroupChangeView,
  MemberView,
} from '../domain/buyer-group-view.ts';
import { explained } from '../domain/gap-words.ts';
import type { Keyring } from '../privacy/keyring.ts';
import { sealedPerson, sealedTitle, sealedTitles } from '../privacy/sealed-records.ts';
import { pageOf, type Place } from './cursor.ts';

export type CompanyNamed = { id: string } | { domain: string };

/** Companies and their buyer groups, as people and programs see them. */
export function createBuyerGroups(options: {
  queries: Queries;
  tenantId: string;
  keyring: Keyring;
  /** How long the hour of a company is. */
  windowMs: () => number;
}) {
  const { queries, keyring, windowMs } = options;

  async function collect(id: string): Promise<BuyerGroupView | undefined> {
    const [found, members, former, changes, jobs] = await Promise.all([
      readCompany(queries, id),
      readMembers(queries, id),
      readFormer(queries, id),
      readChanges(queries, id),
      readJobsOf(queries, id, windowMs()),
    ]);
    return (
      found && {
        company: found.company,
        group: found.group && { ...found.group, gaps: found.group.gaps.map(explained) },
        members: members.map((row) => openMember(row, keyring)),
        former: former.map((row) => openFormer(row, keyring)),
        history: changes.map((row) => openChange(row, keyring)),
        lastJob: jobs.last,
        nextJob: jobs.next,
      }
    );
  }

  return {
    /** `tenantId` null: of this installation's own. `undefined`: no such company. */
    find: (company: CompanyNamed, tenantId: string | null): Promise<string | undefined> =>
      orUnavailable(findCompany(queries, tenantId ?? options.tenantId, company)),

    show: (companyId: string): Promise<BuyerGroupView | undefined> => orUnavailable(collect(companyId)),

    async list(
      { limit, ...request }: { query?: string | undefined; after?: Place | undefined; limit: number },
      tenantId: string | null,
    ): Promise<{ companies: CompanyView[]; next: string | null }> {
      const found = await orUnavailable(
        readCompanies(queries, { ...request, tenantId: tenantId ?? options.tenantId, limit: limit + 1 }),
      );
      const { rows, next } = pageOf(found, limit, ({ createdAt: at, id }) => ({ at, id }));
      return { companies: rows.map(withoutPlace), next };
    },
  };
}

export type BuyerGroups = ReturnType<typeof createBuyerGroups>;

function withoutPlace(row: CompanyRow): CompanyView {
  const { createdAt: _, ...company } = row;
  return company;
}

function openPerson({ personId: id, wrappedKey: wrapped, personSealed }: SealedPerson, keyring: Keyring) {
  const { key } = keyring.unwrap({ id, wrapped });
  return { key, known: sealedPerson.open(key, id, personSealed) };
}

function openMember(row: MemberRow, keyring: Keyring): MemberView {
  const { wrappedKey: _key, personSealed: _person, titleSealed, sources, lastSeenAt, ...member } = row;
  const { key, known } = openPerson(row, keyring);
  const title = titleSealed && sealedTitle.open(key, row.personId, titleSealed);
  return {
    ...member,
    name: known.name ?? null,
    title: title ?? known.title ?? null,
    emails: [...known.emails],
    phones: [...known.phones],
    profileUrl: known.profileUrl ?? null,
    evidence: { sources, lastSeenAt },
  };
}

/** What title they have now is no title of this company. */
function openFormer(row: FormerRow, keyring: Keyring): FormerMemberView {
  const { wrappedKey: _key, personSealed: _person, titleSealed, ...former } = row;
  const { key, known } = openPerson(row, keyring);
  const title = titleSealed && sealedTitle.open(key, row.personId, titleSealed);
  return { ...former, name: known.name ?? null, title };
}

function openChange(row: ChangeRow, keyring: Keyring): GroupChangeView {
  const { wrappedKey: _key, personSealed: _person, titlesSealed, ...change } = row;
  const { key, known } = openPerson(row, keyring);
  const titles = titlesSealed && sealedTitles.open(key, row.personId, titlesSealed);
  return {
    ...change,
    name: known.name ?? null,
    fromTitle: titles?.from ?? null,
    toTitle: titles?.to ?? null,
  };
}
