import { type EventRun, readForDecision, storeFacts } from '../../db/event-steps.ts';
import { type GroupActionType, plannedByNobody, type PlannedAction } from '../../domain/decision.ts';
import type { Facts } from '../../domain/facts.ts';
import { sealedFacts } from '../../privacy/sealed-records.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { openEvent, superseded } from '../open-event.ts';
import { createStoreDecision, decidedOf, type Decided } from '../store-decision.ts';
import { createDescribeGroup, type Described } from './describe-group.ts';

/** Whoever is named may be erased in between: then it is put together anew. */
const maxTries = 3;

/** Decides who is told of a group that has changed: everybody, when somebody changed roles, and whoever asked for it. */
export function createPlanNotice(dependencies: ActivityDependencies) {
  const { queries, keyring } = dependencies;
  const storeDecision = createStoreDecision(dependencies);
  const describe = createDescribeGroup(dependencies);

  return async function planNotice(run: EventRun): Promise<Decided> {
    const found = await readForDecision(queries, run);
    const opened = openEvent(found, keyring);
    const { row, key, event } = opened;
    if (found?.decisionSealed) return decidedOf(row, key, found.decisionSealed);
    for (let attempt = 1; ; attempt += 1) {
      const described = await describe(row.id, { namesNobody: attempt === maxTries });
      if (!described) throw superseded();
      const facts: Facts = {
        buyerGroup: described.facts,
        gaps: described.facts.gaps,
        provider: 'none',
        fetchedAt: event.receivedAt,
      };
      if (await storeFacts(queries, run, sealedFacts.seal(key, row.id, facts), described))
        return storeDecision(run, { ...opened, facts }, plannedByNobody(because, actionsFor(described), new Date()));
      if (attempt === maxTries) throw new Error('whoever asked for the refresh is being erased');
    }
  };
}

const because = 'Whoever waits for it is told when a buyer group has changed; a role change is told to everybody.';

const planned = (type: GroupActionType, targetId: string, audience: 'team' | 'requester'): PlannedAction => ({
  type,
  targetId,
  priority: 'standard',
  parameters: { audience },
});

const actionsFor = ({ facts, isByChange }: Described): PlannedAction[] => [
  ...(isByChange ? [planned('notify_buyer_group', 'default', 'team')] : []),
  ...facts.requesters.flatMap(({ reasonId }) => [
    planned('notify_buyer_group', reasonId, 'requester'),
    planned('draft_buyer_group', reasonId, 'requester'),
  ]),
];
