import type { ConsentTrace, Decision, PlannedAction } from '../domain/decision.ts';

/** The purpose under which people are written to. */
export const outreach = 'outreach';

/** Whether an action reaches the person whom an event is about; our own staff and our own records need no consent. */
const reachesPerson: Readonly<Record<PlannedAction['type'], boolean>> = {
  draft_followup: true,
  notify_ae: false,
  update_crm_field: false,
  // Whoever sends a lead has consented, else it is not there.
  upsert_contact: false,
  send_to_marketing: false,
  send_to_assistant: false,
  index_lead: false,
  store_lead: false,
  notify_buyer_group: false,
  draft_buyer_group: false,
  erase_contact: false,
  tell_marketing_of_erasure: false,
  tell_assistant_of_erasure: false,
  delete_message: false,
  delete_draft: false,
};

/** Whether the decision may only be carried out with consent on record. */
export const needsConsent = ({ mode, actions }: Pick<Decision, 'mode' | 'actions'>): boolean =>
  mode === 'compliance' && actions.some(({ type }) => reachesPerson[type]);

/** The decision with the proof of consent, or without the actions that it lacks for. */
export function withConsent(decided: Decision, consent: ConsentTrace): Decision {
  if (consent.granted) return { ...decided, consent };
  const actions = decided.actions.filter(({ type }) => !reachesPerson[type]);
  return { ...decided, consent, actions, reasoning: `no consent on record. ${decided.reasoning}` };
}
