import type { CapturedLead } from '../domain/captured-lead.ts';
import type { ActionInput } from './action.ts';
import { UnusableAction } from './unusable-action.ts';

/** The lead that an action is about. */
export function leadOf({ action, facts }: ActionInput): CapturedLead {
  if (facts.lead) return facts.lead;
  throw new UnusableAction(`${action.type}: there is no lead; it is done for leads only, and no rule can plan it`);
}
