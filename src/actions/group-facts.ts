import { z } from 'zod';
import type { BuyerGroupFacts } from '../domain/buyer-group-facts.ts';
import type { GroupActionType } from '../domain/decision.ts';
import type { ActionInput } from './action.ts';
import { readParameters, UnusableAction } from './unusable-action.ts';

/** Whether everybody is told in the default channel, or one who asked. */
export const groupParameters = z.object({ audience: z.enum(['team', 'requester']) });

/** The group that an action is about, and the address of the one whom it is for; the target is the reason with which they asked. */
export function groupOf(
  type: GroupActionType,
  { action, facts }: ActionInput,
): { group: BuyerGroupFacts; email?: string } {
  const { audience } = readParameters(type, groupParameters, action.parameters);
  const group = facts.buyerGroup;
  if (!group)
    throw new UnusableAction(`${type}: there is no group; it is done for refreshes only, and no rule can plan it`);
  const requester = group.requesters.find(({ reasonId }) => reasonId === action.targetId);
  return audience === 'requester' && requester ? { group, email: requester.email } : { group };
}
