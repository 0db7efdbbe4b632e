/** A position of somebody, as far as it says where. */
export interface HeldPosition {
  companyId: string | null;
  companyName: string | null;
  companyDomain: string | null;
  title: string | null;
  isCurrent: boolean;
}

/** A company, by whatever is known of it; the id is the directory's. */
export interface Workplace {
  directoryId: string | null;
  domain: string | null;
  name: string | null;
}

/**
 * Whether somebody works at a company by the positions, and under which title; without any position, whoever listed the person there is
 * believed.
 */
export function worksThere(
  { title, positions }: { title: string | null; positions: readonly HeldPosition[] },
  company: Workplace,
): { isThere: boolean; title: string | null } {
  if (positions.length === 0) return { isThere: true, title };
  const here = positions.filter((position) => position.isCurrent && isAt(position, company));
  return { isThere: here.length > 0, title: here.find((position) => position.title !== null)?.title ?? title };
}

/** By the surest of what both are known by. */
function isAt({ companyId, companyDomain, companyName }: HeldPosition, company: Workplace): boolean {
  if (companyId !== null && company.directoryId !== null) return companyId === company.directoryId;
  if (companyDomain !== null && company.domain !== null) return companyDomain === company.domain;
  return companyName !== null && company.name !== null && plainName(companyName) === plainName(company.name);
}

/** A name without case, accents and the number of its spaces. */
export const plainName = (name: string): string =>
  name.normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll(/\s+/g, ' ').trim().toLowerCase();
