import type { ActionType, GroupActionType } from '../domain/decision.ts';
import type { Action } from './action.ts';
import { draftBuyerGroup } from './draft-buyer-group.ts';
import { draftFollowup } from './draft-followup.ts';
import { deleteDraft } from './erasure/delete-draft.ts';
import { deleteMessage } from './erasure/delete-message.ts';
import { eraseContact } from './erasure/erase-contact.ts';
import { tellOfErasure } from './erasure/tell-of-erasure.ts';
import { indexLead } from './index-lead.ts';
import { notifyAe } from './notify-ae.ts';
import { notifyBuyerGroup } from './notify-buyer-group.ts';
import { sendLead } from './send-lead.ts';
import { storeLead } from './store-lead.ts';
import { upsertContact } from './upsert-contact.ts';
import { createUpdateCrmField, type CrmFields } from './update-crm-field.ts';

/** Every action that rules and models can plan, as this installation allows it. */
export const createActions = (settings: { crmFields: CrmFields }): { readonly [Type in ActionType]: Action<Type> } => ({
  draft_followup: draftFollowup,
  notify_ae: notifyAe,
  update_crm_field: createUpdateCrmField(settings.crmFields),
});

/** What is done with every lead. */
export const leadActions = {
  upsert_contact: upsertContact,
  send_to_marketing: sendLead('send_to_marketing'),
  send_to_assistant: sendLead('send_to_assistant'),
  index_lead: indexLead,
  store_lead: storeLead,
};

/** Whoever is told of a buyer group that has changed. */
export const groupActions: { readonly [Type in GroupActionType]: Action<Type> } = {
  notify_buyer_group: notifyBuyerGroup,
  draft_buyer_group: draftBuyerGroup,
};

/** What is done about what providers were given of a person who is erased. */
export const erasureActions = {
  erase_contact: eraseContact,
  tell_marketing_of_erasure: tellOfErasure('tell_marketing_of_erasure'),
  tell_assistant_of_erasure: tellOfErasure('tell_assistant_of_erasure'),
  delete_message: deleteMessage,
  delete_draft: deleteDraft,
};
