import type { BuyerGroupFacts, ChangedMember } from '../domain/buyer-group-facts.ts';
import { oneLine } from './one-line.ts';

/** What is told of a group, as lines of plain text of ours and of vendors; each piece that is a vendor's is cut. */
export interface GroupLines {
  company: string;
  title: string;
  /** Why it was looked at, and how the group is. */
  summary: string[];
  /** One for each person. */
  changes: { name: string; what: string }[];
  /** What is not told here, and what is not known. */
  notes: string[];
}

const maxName = 100;
const maxTitle = 120;
const maxGap = 250;

export function groupLines(group: BuyerGroupFacts): GroupLines {
  const { company, changed, more, moves, members, isPartial, gaps } = group;
  const name = oneLine(company.name ?? company.domain ?? '', maxName) || 'a company without a name';
  const why = moves.map((each) => `${nameOf(each)} ${movedWords[each.move]}`).join('; ');
  return {
    company: name,
    title: `Buyer group of ${name}`,
    summary: [
      ...(moves.length > 0 ? [`Refreshed since ${why}.`] : ['Refreshed on request.']),
      `${members} ${members === 1 ? 'person' : 'people'} known there${isPartial ? ', not everything could be found out' : ''}.`,
    ],
    changes: changed.map((member) => ({ name: nameOf(member), what: whatOf(member) })),
    notes: [
      ...(more > 0 ? [`${more} more changed.`] : []),
      ...gaps.map((gap) => `Not all is known: ${oneLine(gap, maxGap)}.`),
    ],
  };
}

const movedWords = {
  joined: 'joined',
  left: 'left',
  promoted: 'was promoted',
  retitled: 'has another title',
  changed: 'has an update',
} as const;

const nameOf = ({ name }: { name?: string }): string => oneLine(name ?? '', maxName) || 'somebody';

const partOf = (role: ChangedMember['role']): string => (role === null ? 'no part' : role.replaceAll('_', ' '));

function whatOf({ title, role, because, change, from, fromRole }: ChangedMember): string {
  const now = title === undefined ? 'title unknown' : oneLine(title, maxTitle);
  const part = `${partOf(role)} (${oneLine(because.replace(/^[a-z_]+: /, ''), maxTitle)})`;
  switch (change) {
    case 'joined':
      return `joined: ${now}; ${part}`;
    case 'found':
      return `works there: ${now}; ${part}`;
    case 'left':
      return `left${fromRole == null ? '' : `; was ${partOf(fromRole)}`}`;
    case 'title_changed': {
      const before = fromRole === undefined ? '' : `, before ${partOf(fromRole)}`;
      return `is now ${now}, was ${oneLine(from ?? 'unknown', maxTitle)}; ${part}${before}`;
    }
    case 'role_changed':
      return `has another part: ${part}, before ${partOf(fromRole ?? null)}; ${now}`;
    default:
      return change satisfies never;
  }
}
