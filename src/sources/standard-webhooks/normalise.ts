import type { ParsedEvent, SubjectIdentifiers } from '../../domain/incoming.ts';
import type { MappedEvent } from './schema.ts';

/** Turns one mapped event into ours, and says what identifies it, in which lane it is, and whom it is about. */
export function normalise(
  event: MappedEvent,
  delivery: { source: string; idempotencyKey: readonly string[]; receivedAt: Date },
): ParsedEvent {
  const { source, idempotencyKey, receivedAt } = delivery;
  const { type, occurredAt, objectType, objectId, accountId, contactId, dealId, payload } = event;
  return {
    kind: 'event',
    event: {
      version: 1,
      source,
      eventType: type,
      objectType,
      objectId,
      ...(accountId !== undefined && { accountId }),
      ...(contactId !== undefined && { contactId }),
      ...(dealId !== undefined && { dealId }),
      urgency: 'standard',
      confidence: 1,
      firedAt: new Date(occurredAt).toISOString(),
      receivedAt: receivedAt.toISOString(),
      payload,
    },
    idempotencyKey,
    fingerprint: [JSON.stringify(payload)],
    lane: accountId === undefined ? [source, objectType, objectId] : [source, 'account', accountId],
    subject: subjectOf(source, event),
  };
}

/** An event about a contact is about a person, also where the mapping says no more of it. */
function subjectOf(source: string, { contactEmail, contactId, objectType, objectId }: MappedEvent): SubjectIdentifiers {
  const id = contactId ?? (objectType === 'contact' ? objectId : undefined);
  if (contactEmail === undefined && id === undefined) return { kind: 'tenant' };
  return {
    kind: 'person',
    ...(contactEmail !== undefined && { email: contactEmail }),
    ...(id !== undefined && { external: [source, id] }),
  };
}
