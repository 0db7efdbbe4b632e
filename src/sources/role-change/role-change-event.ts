import type { ParsedEvent } from '../../domain/incoming.ts';
import { type RoleChange, roleChangeType } from '../../domain/role-change.ts';

/** What a source knows beside the change itself. */
export interface RoleChangeDelivery {
  source: string;
  /** What makes it the same event when it is sent again. */
  idempotencyKey: readonly string[];
  firedAt: Date;
  receivedAt: Date;
  /** How sure it is that this happened, from 0 to 1. */
  confidence: number;
  /** What was sent, untouched. */
  sent: unknown;
}

/**
 * A role change as an event, the same whoever tells of it. Those of one person at one source are carried out in their order; the person is
 * known by the e-mail where there is one, else by the id there. It names no account and no contact: the ids are not those of our CRM.
 */
export function roleChangeEvent(change: RoleChange, delivery: RoleChangeDelivery): ParsedEvent {
  const { source, idempotencyKey, firedAt, receivedAt, confidence, sent } = delivery;
  const { id, email } = change.person;
  return {
    kind: 'event',
    event: {
      version: 1,
      source,
      eventType: roleChangeType,
      objectType: 'person',
      objectId: id,
      urgency: 'standard',
      confidence,
      firedAt: firedAt.toISOString(),
      receivedAt: receivedAt.toISOString(),
      payload: { roleChange: change, sent },
    },
    workflow: 'personChange',
    idempotencyKey,
    fingerprint: [JSON.stringify(change)],
    lane: [source, 'person', id],
    subject: {
      kind: 'person',
      external: [source, id],
      ...(email !== undefined && { email: email.toLowerCase() }),
    },
  };
}
