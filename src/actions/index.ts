import type { ActionType } from '../domain/decision.ts';
import type { Action } from './action.ts';
import { draftFollowup } from './draft-followup.ts';
import { notifyAe } from './notify-ae.ts';

/** Every action there is. */
export const actions: Readonly<Record<ActionType, Action>> = {
  draft_followup: draftFollowup,
  notify_ae: notifyAe,
};
