import { type Move, seniorities } from '../domain/buyer-group.ts';
import type { RoleChange, RoleChangeCompany } from '../domain/role-change.ts';
import { readTitle } from './title/read-title.ts';

/** What a role change means for one company. */
export interface CompanyMove {
  company: RoleChangeCompany;
  move: Move;
}

/**
 * What a role change means for the companies that it names: who changes the company leaves one and joins another. Of a thin one nothing
 * is said before it was read.
 */
export function movesOf(change: RoleChange): CompanyMove[] {
  const { kind, company, previousCompany, isThin } = change;
  if (isThin) return [];
  const left: CompanyMove[] = previousCompany ? [{ company: previousCompany, move: 'left' }] : [];
  if (!company) return left;
  const hasJoined = kind === 'company_change' || left.length > 0;
  return [...left, { company, move: hasJoined ? 'joined' : moveWithin(change) }];
}

/** The same of one company: a promotion when the source says so, or when the new title ranks higher. */
export function moveWithin({ kind, title, previousTitle }: RoleChange): Move {
  if (kind === 'changed') return 'changed';
  return kind === 'promotion' || isHigher(title, previousTitle) ? 'promoted' : 'retitled';
}

/** Whether the first title ranks higher than the second; not so when either is missing. */
function isHigher(title: string | undefined, previousTitle: string | undefined): boolean {
  const [now, before] = [title, previousTitle].map((each) => readTitle(each).seniority);
  return now != null && before != null && seniorities.indexOf(now) < seniorities.indexOf(before);
}
