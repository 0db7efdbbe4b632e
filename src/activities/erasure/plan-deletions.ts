import { type Decision, plannedByNobody, type PlannedAction } from '../../domain/decision.ts';
import type { ErasureFacts } from '../../domain/erasure.ts';

type Given = ErasureFacts['given'][number];

/** What is to be done about what providers were given of a person: nothing more, and nothing less, is in the ledger. */
export function planDeletions(person: ErasureFacts, targetOf: (text: string) => string): Decision {
  const actions = [...contacts(person, targetOf), ...receivers(person), ...messages(person, targetOf)];
  return plannedByNobody('Whoever was given something of an erased person is told to erase it.', actions, new Date());
}

const planned = (
  type: PlannedAction['type'],
  targetId: string,
  parameters: Record<string, unknown>,
): PlannedAction => ({
  type,
  targetId,
  priority: 'standard',
  parameters,
});

/** By the address under which we made or changed a contact, or by its id, where we only wrote into it. */
function contacts({ given, emails: known }: ErasureFacts, targetOf: (text: string) => string): PlannedAction[] {
  // Where the address of an effect is gone by its age, those that are known stand for it.
  const upserted = given.flatMap(({ action, address }) =>
    action === 'upsert_contact' ? (address === null ? known : [address]) : [],
  );
  const ids = given.flatMap(({ action, receipt }) =>
    action === 'update_crm_field' && receipt?.['objectType'] === 'contacts' ? [receipt['objectId'] ?? ''] : [],
  );
  return [
    ...[...new Set(upserted)].map((email) => planned('erase_contact', targetOf(email), { email })),
    ...[...new Set(ids)].map((contactId) => planned('erase_contact', targetOf(contactId), { contactId })),
  ];
}

function receivers({ given, emails, phones }: ErasureFacts): PlannedAction[] {
  const tell = (type: PlannedAction['type'], told: string): PlannedAction[] => {
    const ids = given.filter(({ action }) => action === told).map(({ key }) => key);
    return ids.length === 0 ? [] : [planned(type, 'default', { emails, phones, message_ids: ids })];
  };
  return [
    ...tell('tell_marketing_of_erasure', 'send_to_marketing'),
    ...tell('tell_assistant_of_erasure', 'send_to_assistant'),
  ];
}

const takenBack: Readonly<Record<string, PlannedAction['type']>> = {
  notify_ae: 'delete_message',
  draft_followup: 'delete_draft',
  notify_buyer_group: 'delete_message',
  draft_buyer_group: 'delete_draft',
};

function messages({ given }: ErasureFacts, targetOf: (text: string) => string): PlannedAction[] {
  return given.flatMap(({ action, key, address, sinceMs, receipt }: Given) => {
    const type = takenBack[action];
    return type && address !== null ? [planned(type, targetOf(key), { key, address, sinceMs, receipt })] : [];
  });
}
