import { type GroupRole, goneBecause, type Move } from '../domain/buyer-group.ts';
import { changesBetween, type GroupChanges, type SeenMember } from './changes.ts';
import { hasLeft } from './standing.ts';

/** Somebody of a company at the end of a run. */
export interface StandingMember {
  personId: string;
  /** As it is known now. */
  title: string | null;
  /** Of the last run. */
  titleBefore: string | null;
  role: GroupRole | null;
  /** Whom this run saw there, by whom it was told; empty: it looked, and they are not there any more. Null: it did not see them. */
  seenBy: readonly string[] | null;
  lookedAtMs: number | null;
  /** The place in the group; null: none yet. */
  member: {
    role: GroupRole | null;
    /** Written by runs alone: empty before the first. */
    because: string;
    move: Move | null;
    movedAtMs: number | null;
    joinedAtMs: number | null;
    leftAtMs: number | null;
  } | null;
}

export interface GroupAfter {
  changes: GroupChanges;
  /** Whom this run saw, and nobody knows to have left. */
  present: readonly StandingMember[];
  /** The changes of which an event told, by kind and person: `joined:<id>`. */
  told: ReadonlySet<string>;
}

/**
 * What became of a group in a run, against how the last run left it: what events told of since then is a change between the two. `null`
 * as `before`: there was no run. Somebody whom an event said to join has joined, also where the last run did not know everybody; who had
 * another title there before is only found.
 */
export function groupAfter(
  everybody: readonly StandingMember[],
  { isPartial, before }: { isPartial: boolean; before: { isPartial: boolean } | null },
): GroupAfter {
  const isGone = ({ seenBy, lookedAtMs, member }: StandingMember) =>
    seenBy?.length === 0 || (member !== null && member.leftAtMs !== null && hasLeft(member, lookedAtMs));
  const wasThere = ({ member }: StandingMember) =>
    member !== null && member.because !== '' && member.because !== goneBecause;
  const present = everybody.filter((each) => each.seenBy !== null && each.seenBy.length > 0 && !isGone(each));
  const changes = changesBetween(
    before && {
      isPartial: before.isPartial,
      members: everybody.filter(wasThere).map(({ personId, titleBefore, member }): SeenMember => ({
        personId,
        title: titleBefore,
        role: member?.role ?? null,
      })),
    },
    { isPartial, members: present.map(({ personId, title, role }) => ({ personId, title, role })) },
    new Set(everybody.filter(isGone).map(({ personId }) => personId)),
  );
  const told = new Set(
    everybody.flatMap(({ personId, member }) => {
      if (member?.move === 'left' && member.leftAtMs !== null) return [`left:${personId}`];
      // Whatever was told since, before a run.
      const hasJoined = member?.because === '' && member.joinedAtMs !== null;
      const isBack = member?.because === goneBecause && member.leftAtMs === null && member.move === 'joined';
      return hasJoined || isBack ? [`joined:${personId}`] : [];
    }),
  );
  const hadTitle = new Set(
    everybody.flatMap(({ personId, member }) =>
      member?.because === '' && member.joinedAtMs === null && member.move !== null ? [personId] : [],
    ),
  );
  const isTold = ({ personId }: SeenMember) => told.has(`joined:${personId}`);
  const hadOne = ({ personId }: SeenMember) => hadTitle.has(personId);
  return {
    changes: {
      ...changes,
      joined: [...changes.joined.filter((each) => !hadOne(each)), ...changes.found.filter(isTold)],
      found: [...changes.joined.filter(hadOne), ...changes.found.filter((each) => !isTold(each))],
    },
    present,
    told,
  };
}
