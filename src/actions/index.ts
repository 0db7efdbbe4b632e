import type { ActionType } from '../domain/decision.ts';
import type { Action } from './action.ts';
import { draftFollowup } from './draft-followup.ts';
import { notifyAe } from './notify-ae.ts';
import { createUpdateCrmField, type CrmFields } from './update-crm-field.ts';

/** Every action there is, as this installation allows it. */
export const createActions = (settings: { crmFields: CrmFields }): Readonly<Record<ActionType, Action>> => ({
  draft_followup: draftFollowup,
  notify_ae: notifyAe,
  update_crm_field: createUpdateCrmField(settings.crmFields),
});
