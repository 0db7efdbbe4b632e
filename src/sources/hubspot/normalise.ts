import { crmWishType } from '../../domain/erasure.ts';
import type { CanonicalEvent, Urgency } from '../../domain/event.ts';
import type { ParsedEvent, SubjectIdentifiers } from '../../domain/incoming.ts';
import type { HubSpotEvent } from './schema.ts';

/** Turns one event of HubSpot into ours, and says what identifies it, in which lane it is, and whom it is about. */
export function normalise(event: HubSpotEvent, payload: Record<string, unknown>, receivedAt: Date): ParsedEvent {
  const portalId = String(event.portalId);
  const objectType = findObjectType(event);
  const objectId = findObjectId(event);
  const change = findChange(event);
  return {
    kind: 'event',
    event: {
      version: 1,
      source: 'hubspot',
      eventType: event.subscriptionType,
      objectType,
      objectId,
      ...nameObject(objectType, objectId),
      ...change,
      urgency: rankUrgency(change?.propertyName),
      confidence: 0.95,
      firedAt: new Date(event.occurredAt).toISOString(),
      receivedAt: receivedAt.toISOString(),
      payload,
    },
    idempotencyKey: identify(event),
    fingerprint: fingerprint(event),
    lane: ['hubspot', portalId, objectType, objectId],
    subject: findSubject(event, objectType, portalId, objectId),
    ...(event.subscriptionType === crmWishType && {
      workflow: 'eraseSubject' as const,
      lane: ['erasure', 'hubspot', portalId, objectId],
      // Under the person's own key it could not be read to its end.
      subject: { kind: 'tenant' as const },
    }),
  };
}

function findChange(event: HubSpotEvent): { propertyName: string; propertyValue: string } | undefined {
  if (!('propertyName' in event)) return undefined;
  const { propertyName, propertyValue } = event;
  return propertyName === undefined || propertyValue === undefined ? undefined : { propertyName, propertyValue };
}

const typeNames = new Map([
  ['0-1', 'contact'],
  ['0-2', 'company'],
  ['0-3', 'deal'],
  ['0-5', 'ticket'],
]);

/** An `object.*` event lands in the same lane as the `deal.*` event about the same deal. */
function findObjectType(event: HubSpotEvent): string {
  const [prefix = event.subscriptionType] = event.subscriptionType.split('.');
  const typeId = findTypeId(event);
  return prefix === 'object' && typeId !== undefined ? (typeNames.get(typeId) ?? typeId) : prefix;
}

function findTypeId(event: HubSpotEvent): string | undefined {
  if ('fromObjectTypeId' in event) return event.fromObjectTypeId;
  return 'objectTypeId' in event ? event.objectTypeId : undefined;
}

/**
 * A merge belongs to the record that won: its id is always given, and is the one under which its earlier changes stand
 * in their lane, while `newObjectId` may be absent or new. An association belongs to the side that the event is told from.
 */
function findObjectId(event: HubSpotEvent): string {
  if ('primaryObjectId' in event) return String(event.primaryObjectId);
  if ('fromObjectId' in event) return String(event.fromObjectId);
  return String(event.objectId);
}

function nameObject(objectType: string, id: string): Pick<CanonicalEvent, 'accountId' | 'contactId' | 'dealId'> {
  if (objectType === 'company') return { accountId: id };
  if (objectType === 'contact') return { contactId: id };
  return objectType === 'deal' ? { dealId: id } : {};
}

const highImpactProperties: ReadonlySet<string | undefined> = new Set([
  'dealstage',
  'closedate',
  'hs_deal_stage_probability',
]);

function rankUrgency(propertyName: string | undefined): Urgency {
  return highImpactProperties.has(propertyName) ? 'high' : 'standard';
}

/** `eventId` alone is not unique at HubSpot; `attemptNumber` is what differs when the same event is sent again. */
function identify(event: HubSpotEvent): readonly string[] {
  const change = findChange(event);
  return [
    event.portalId,
    event.appId,
    event.subscriptionId,
    event.subscriptionType,
    event.eventId,
    findObjectId(event),
    findTypeId(event),
    change?.propertyName,
    event.occurredAt,
    change?.propertyValue,
    ...listOthers(event),
  ].map((part) => String(part ?? ''));
}

/** What else tells two events apart; setting a primary association, for one, brings two that differ in that flag only. */
function listOthers(event: HubSpotEvent): readonly (string | number | boolean | null | undefined)[] {
  if ('primaryObjectId' in event) return [event.newObjectId, ...event.mergedObjectIds];
  if ('messageId' in event) return [event.messageId];
  if (!('fromObjectId' in event)) return [];
  const { toObjectId, associationType, associationTypeId, associationRemoved, isPrimaryAssociation } = event;
  const toTypeId = 'toObjectTypeId' in event ? event.toObjectTypeId : undefined;
  return [toObjectId, toTypeId, associationType, associationTypeId, associationRemoved, isPrimaryAssociation];
}

/**
 * The key holds the content already, so what remains is how the object or message is meant. `changeSource` and
 * `sourceId` say who made the change, not what it was: a delivery that words them otherwise is no other event.
 */
function fingerprint(event: HubSpotEvent): readonly string[] {
  return [event.changeFlag ?? '', 'messageType' in event ? (event.messageType ?? '') : ''];
}

function findSubject(event: HubSpotEvent, objectType: string, portalId: string, objectId: string): SubjectIdentifiers {
  if (objectType !== 'contact') return { kind: 'tenant' };
  const change = findChange(event);
  const email = change?.propertyName === 'email' ? readEmail(change.propertyValue) : undefined;
  return { kind: 'person', external: ['hubspot', portalId, objectId], ...(email !== undefined && { email }) };
}

/** A value that was cleared or redacted by HubSpot is no address. */
function readEmail(value: string): string | undefined {
  const email = value.trim().toLowerCase();
  return email.length <= 254 && /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(email) ? email : undefined;
}
