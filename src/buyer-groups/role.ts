import {
  type GroupRole,
  goneBecause,
  type JobFunction,
  type Move,
  type Seniority,
  type TitleReading,
} from '../domain/buyer-group.ts';

/** What is known of somebody when a part in the group is looked for. */
export interface Standing {
  title: TitleReading;
  /** What happened last between the person and the company, if anything did. */
  move: Move | null;
  /** The functions that buy what the tenant sells. */
  targetFunctions: readonly JobFunction[];
}

/** The part, and why in words for people: `economic_buyer: vp in finance`. `null`: no part. */
export interface RoleVerdict {
  role: GroupRole | null;
  because: string;
}

type Test = (standing: {
  functions: readonly JobFunction[];
  seniority: Seniority;
  isTarget: boolean;
  isNew: boolean;
}) => boolean;

const top: readonly Seniority[] = ['c_level', 'owner', 'vp', 'head'];
const leading: readonly Seniority[] = [...top, 'director'];
const gatekeepers: readonly JobFunction[] = ['procurement', 'legal', 'security'];

/**
 * The first that fits holds:
 *
 * 1. Who is still learning has no part.
 * 2. Who holds the purse is the economic buyer: finance from director up, and the top of the company.
 * 3. Who leads a function that buys is a decision maker: from head up, and directors who are not new in their role.
 * 4. Who is new in such a function, by joining or by promotion, is a champion: nobody is more willing to change something. From senior
 *    to director; above he decides, below nobody follows.
 * 5. Who leads procurement, legal or security, and does not buy, is the one who can stop it.
 * 6. Everybody else who works in a function that buys, or leads another one, has influence.
 */
const rules: readonly { role: GroupRole; fits: Test }[] = [
  {
    role: 'economic_buyer',
    fits: ({ functions, seniority }) =>
      (functions.includes('finance') && leading.includes(seniority)) ||
      (functions.includes('general_management') && ['c_level', 'owner'].includes(seniority)) ||
      (functions.length === 0 && seniority === 'owner'),
  },
  {
    role: 'decision_maker',
    fits: ({ seniority, isTarget, isNew }) =>
      isTarget && (top.includes(seniority) || (seniority === 'director' && !isNew)),
  },
  {
    role: 'champion',
    fits: ({ seniority, isTarget, isNew }) =>
      isTarget && isNew && ['director', 'manager', 'senior'].includes(seniority),
  },
  {
    role: 'blocker',
    fits: ({ functions, seniority, isTarget }) =>
      !isTarget && functions.some((name) => gatekeepers.includes(name)) && [...leading, 'manager'].includes(seniority),
  },
  { role: 'influencer', fits: ({ seniority, isTarget }) => isTarget || leading.includes(seniority) },
];

/** The part of a person in a buyer group, by the rules above. */
export function roleOf({ title, move, targetFunctions }: Standing): RoleVerdict {
  const { functions, seniority } = title;
  if (seniority === null) return { role: null, because: 'none: no title is known' };
  if (move === 'left') return { role: null, because: goneBecause };
  if (seniority === 'entry') return { role: null, because: 'none: still learning' };
  const isTarget = functions.some((name) => targetFunctions.includes(name));
  const isNew = move === 'joined' || move === 'promoted';
  const rule = rules.find(({ fits }) => fits({ functions, seniority, isTarget, isNew }));
  const what = `${wordsFor(seniority)} in ${title.function === null ? 'no known function' : wordsFor(title.function)}`;
  if (rule === undefined) return { role: null, because: `none: ${what}, which has no part in this` };
  return { role: rule.role, because: `${rule.role}: ${what}${rule.role === 'champion' ? `, newly ${move}` : ''}` };
}

const wordsFor = (name: string): string => name.replaceAll('_', ' ');
