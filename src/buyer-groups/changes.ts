import { comparable } from '../domain/characters.ts';
import type { GroupRole } from '../domain/buyer-group.ts';

/** Somebody in the group, as a run saw him; `personId` is the same in every run. */
export interface SeenMember {
  personId: string;
  /** Null where no provider told it in this run. */
  title: string | null;
  role: GroupRole | null;
}

export interface GroupSeen {
  members: readonly SeenMember[];
  /** A provider failed or was not asked to the end, so that somebody who is there may be missing. */
  isPartial: boolean;
}

/** Between two runs; each list in the order of the ids. */
export interface GroupChanges {
  /** There now, and known not to have been there before. */
  joined: readonly SeenMember[];
  /** There now, and perhaps before: the first run, or one after a partial one, only finds them. */
  found: readonly SeenMember[];
  left: readonly SeenMember[];
  /** Not seen, and not known to have left, since this run was partial; they stay in the group as they were. */
  unconfirmed: readonly SeenMember[];
  titleChanged: readonly { personId: string; from: string; to: string }[];
  roleChanged: readonly { personId: string; from: GroupRole | null; to: GroupRole | null }[];
  /** This run was partial. */
  isPartial: boolean;
}

/**
 * What changed from one run to the next. Nobody is said to have left because a provider failed, nor to have joined because one failed
 * before; `knownLeft` are people of whom an event says so. A title that this run does not know has not changed.
 */
export function changesBetween(
  before: GroupSeen | null,
  after: GroupSeen,
  knownLeft: ReadonlySet<string> = new Set(),
): GroupChanges {
  const known = byId(before?.members ?? []);
  const present = byId(after.members.filter(({ personId }) => !knownLeft.has(personId)));
  const isNew = [...present.values()].filter(({ personId }) => !known.has(personId));
  const missing = [...known.values()].filter(({ personId }) => !present.has(personId));
  const isGone = ({ personId }: SeenMember) => !after.isPartial || knownLeft.has(personId);
  const knewAll = before !== null && !before.isPartial;
  const both = [...present.values()].flatMap((now) => {
    const earlier = known.get(now.personId);
    return earlier ? [{ personId: now.personId, earlier, now }] : [];
  });
  return {
    joined: knewAll ? isNew : [],
    found: knewAll ? [] : isNew,
    left: missing.filter(isGone),
    unconfirmed: missing.filter((member) => !isGone(member)),
    titleChanged: both.flatMap(({ personId, earlier: { title: from }, now: { title: to } }) =>
      from !== null && to !== null && comparable(from) !== comparable(to) ? [{ personId, from, to }] : [],
    ),
    // Without a title there is no role to be had, which says nothing about the person.
    roleChanged: both.flatMap(({ personId, earlier, now }) =>
      now.title !== null && earlier.role !== now.role ? [{ personId, from: earlier.role, to: now.role }] : [],
    ),
    isPartial: after.isPartial,
  };
}

/** Whether there is something to tell anybody. */
export const hasChanges = ({ joined, found, left, titleChanged, roleChanged }: GroupChanges): boolean =>
  [joined, found, left, titleChanged, roleChanged].some((list) => list.length > 0);

/** By id, in the order of the ids, which is the same wherever it runs; of two under one id the first counts. */
function byId(members: readonly SeenMember[]): Map<string, SeenMember> {
  const sorted = members.toSorted((a, b) => (a.personId < b.personId ? -1 : a.personId > b.personId ? 1 : 0));
  const first = new Map<string, SeenMember>();
  for (const member of sorted) if (!first.has(member.personId)) first.set(member.personId, member);
  return first;
}
