import { type Move, seniorities } from '../domain/buyer-group.ts';
import type { RoleChange, RoleChangeCompany } from '../domain/role-change.ts';
import { readTitle } from './title/read-title.ts';

/** What a role change means for one company. */
export interface CompanyMove {
  company: RoleChangeCompany;
  move: Move;
}

/**
 * What a role change means for the companies that it names: who changes the company leaves one and joins another; within one it is a
 * promotion when the source says so, or when the new title ranks higher. Of a thin one nothing is said before it was read.
 */
export function movesOf(change: RoleChange): CompanyMove[] {
  const { kind, company, previousCompany, title, previousTitle, isThin } = change;
  if (isThin) return [];
  const left: CompanyMove[] = previousCompany ? [{ company: previousCompany, move: 'left' }] : [];
  if (!company) return left;
  const hasJoined = kind === 'company_change' || left.length > 0;
  const move = hasJoined ? 'joined' : kind === 'promotion' || isHigher(title, previousTitle) ? 'promoted' : 'retitled';
  return [...left, { company, move }];
}

/** Whether the first title ranks higher than the second; not so when either is missing. */
function isHigher(title: string | undefined, previousTitle: string | undefined): boolean {
  const [now, before] = [title, previousTitle].map((each) => readTitle(each).seniority);
  return now != null && before != null && seniorities.indexOf(now) < seniorities.indexOf(before);
}
