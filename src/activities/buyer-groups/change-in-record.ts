import type { PersonRecord, PositionRecord } from '../../connectors/ports.ts';
import type { RoleChange, RoleChangeCompany } from '../../domain/role-change.ts';

/** A position that began or ended longer ago than this is not what a notice of today is about. */
const recentDays = 180;

/**
 * What changed about somebody, read out of the record: another company when the current position began not long ago, and there is none before
 * it at the same one, or when one elsewhere ended; another title when there is. Else it is something that the record does not tell.
 */
export function changeInRecord(told: RoleChange, record: PersonRecord, now: Date): RoleChange {
  const isRecent = (date: string | null) => date !== null && now.getTime() - Date.parse(date) < recentDays * 86_400_000;
  // Of several the one that began last is what a notice is about; a seat on a board may have been there for long.
  const current = record.positions
    .filter(({ isCurrent }) => isCurrent)
    .toSorted((a, b) => (b.from ?? '').localeCompare(a.from ?? ''))[0];
  const former = record.positions
    .filter(({ isCurrent, to }) => !isCurrent && isRecent(to))
    .toSorted((a, b) => (b.to ?? '').localeCompare(a.to ?? ''))
    .find((position) => current === undefined || !isSameCompany(position, current));
  const hasBegun = current !== undefined && isRecent(current.from);
  // Who was there long ago, and is back, has joined.
  const earlier =
    current &&
    record.positions.find(
      (position) =>
        position !== current && isSameCompany(position, current) && (position.isCurrent || isRecent(position.to)),
    );
  const hasMoved = former !== undefined && (current === undefined || hasBegun);
  const title = current?.title ?? record.title ?? undefined;
  const company = current && companyOf(current);
  const previousCompany = hasMoved ? companyOf(former) : undefined;
  const hasJoined = hasBegun && earlier === undefined;
  const since = (hasBegun ? current.from : null) ?? (hasMoved ? former.to : null);
  return {
    kind: previousCompany || hasJoined ? 'company_change' : hasBegun ? 'title_change' : 'changed',
    isThin: false,
    person: {
      ...told.person,
      name: record.name,
      ...(record.email !== null && { email: record.email }),
      ...(record.profileUrl !== null && { profileUrl: record.profileUrl }),
    },
    ...(title !== undefined && { title }),
    ...(hasBegun && !hasMoved && earlier?.title != null && { previousTitle: earlier.title }),
    ...(company && { company }),
    ...(previousCompany && { previousCompany }),
    ...(since !== null && { since }),
  };
}

const isSameCompany = (one: PositionRecord, other: PositionRecord): boolean =>
  one.companyId !== null && other.companyId !== null
    ? one.companyId === other.companyId
    : one.companyName?.toLowerCase() === other.companyName?.toLowerCase();

function companyOf({ companyId, companyName, companyDomain }: PositionRecord): RoleChangeCompany | undefined {
  if (companyId === null && companyName === null && companyDomain === null) return undefined;
  return {
    ...(companyId !== null && { id: companyId }),
    ...(companyName !== null && { name: companyName }),
    ...(companyDomain !== null && { domain: companyDomain }),
  };
}
