import type { BuyerGroupFacts, ChangedMember, ToldChange } from '../../domain/buyer-group-facts.ts';
import { toldChanges } from '../../domain/buyer-group-facts.ts';
import { groupRoles } from '../../domain/buyer-group.ts';
import {
  type ChangeOfPerson,
  readChangesOfJob,
  readReasons,
  readSavedJob,
  type ReasonOfJob,
} from '../../db/buyer-groups/notice.ts';
import { readMissed } from '../../db/buyer-groups/missed.ts';
import { sayGap } from '../../domain/gap-words.ts';
import { sealedPerson, sealedRequester, sealedTitle, sealedTitles } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';

const maxNamed = 20;
const maxReasons = 100;
const maxMoves = 10;
const maxRequesters = 20;

/** What is told of a group, with the keys of all whom it names. */
export interface Described {
  facts: BuyerGroupFacts;
  keyIds: string[];
  /** A role change was among the reasons. */
  isByChange: boolean;
}

/** Puts together what a saved run has to tell, and whom. */
export function createDescribeGroup({ queries, keyring }: Pick<ActivityDependencies, 'queries' | 'keyring'>) {
  function memberOf(changes: readonly ChangeOfPerson[]): ChangedMember | undefined {
    const [first] = changes;
    const change = toldChanges.find((kind) => changes.some((each) => each.kind === kind));
    if (!first || !change) return undefined;
    const { personId, wrappedKey, sealed, titleSealed, role, because } = first;
    const { key } = keyring.unwrap({ id: personId, wrapped: wrappedKey });
    const { name, title: known } = sealedPerson.open(key, personId, sealed);
    const title = titleSealed ? sealedTitle.open(key, personId, titleSealed) : known;
    const titles = changes.find(({ titlesSealed }) => titlesSealed !== null)?.titlesSealed;
    const ofRole = changes.find(({ kind }) => kind === 'role_changed' || kind === 'left');
    return {
      ...(name !== undefined && { name }),
      ...(title !== undefined && change !== 'left' && { title }),
      role,
      because,
      change,
      ...(titles && { from: sealedTitles.open(key, personId, titles).from }),
      ...(ofRole && { fromRole: ofRole.fromRole }),
    };
  }

  function moveOf({ move, personId, personKey, personSealed }: ReasonOfJob): BuyerGroupFacts['moves'] {
    if (move === null) return [];
    if (personId === null || !personKey || !personSealed) return [{ move }];
    const { name } = sealedPerson.open(
      keyring.unwrap({ id: personId, wrapped: personKey }).key,
      personId,
      personSealed,
    );
    return [{ move, ...(name !== undefined && { name }) }];
  }

  function requesterOf(reason: ReasonOfJob): BuyerGroupFacts['requesters'] {
    const { id, requesterId, requesterKey, requesterSealed } = reason;
    if (requesterId === null || !requesterKey || !requesterSealed) return [];
    const { key } = keyring.unwrap({ id: requesterId, wrapped: requesterKey });
    return [{ reasonId: id, email: sealedRequester.open(key, requesterId, requesterSealed) }];
  }

  /** `undefined`: nothing is saved. `namesNobody`: nobody but those who asked for it is in it. */
  return async function describe(
    jobId: string,
    { namesNobody }: { namesNobody: boolean },
  ): Promise<Described | undefined> {
    const saved = await readSavedJob(queries, jobId);
    if (!saved) return undefined;
    const missed = await readMissed(queries, jobId);
    const changes = await readChangesOfJob(queries, jobId, missed.runs);
    const reasons = await readReasons(queries, jobId, maxReasons);
    // Of what other runs found they told whoever had asked for them, or everybody.
    const hasOwn = changes.some(({ isOwn }) => isOwn);
    const people = [...new Set(changes.map(({ personId }) => personId))].flatMap((personId) => {
      const member = memberOf(changes.filter((each) => each.personId === personId));
      return member ? [{ personId, member }] : [];
    });
    const named = namesNobody ? [] : people.toSorted((a, b) => rankOf(a.member) - rankOf(b.member)).slice(0, maxNamed);
    const moving = namesNobody ? [] : reasons.filter(({ move }) => move !== null).slice(-maxMoves);
    const asking = firstOfEach(
      reasons
        .filter(({ requesterId }) => hasOwn || missed.isFor.has(requesterId ?? ''))
        .flatMap((reason) => requesterOf(reason).map((told) => ({ reason, told }))),
    );
    const { name, domain, level, gaps, result } = saved;
    return {
      facts: {
        company: { ...(name !== null && { name }), ...(domain !== null && { domain }) },
        level,
        members: result.members,
        isPartial: result.isPartial,
        gaps: gaps.map(sayGap),
        changed: named.map(({ member }) => member),
        more: people.length - named.length,
        moves: moving.flatMap(moveOf),
        requesters: asking.map(({ told }) => told),
      },
      keyIds: [
        ...named.map(({ personId }) => personId),
        ...moving.flatMap(({ personId }) => personId ?? []),
        ...asking.flatMap(({ reason }) => reason.requesterId ?? []),
      ],
      isByChange: saved.isByChange && (hasOwn || missed.isForTeam),
    };
  };
}

/** Whoever asked several times is told once. */
const firstOfEach = <T extends { told: { email: string } }>(asking: readonly T[]): T[] =>
  [...new Map(asking.toReversed().map((each) => [each.told.email.toLowerCase(), each])).values()]
    .toReversed()
    .slice(0, maxRequesters);

/** Those with a part first, and what happened before what was found. */
function rankOf({ role, fromRole, change }: ChangedMember): number {
  const part = role ?? fromRole ?? null;
  return (part === null ? groupRoles.length : 0) * 10 + toldChanges.indexOf(change satisfies ToldChange);
}
