import type { CanonicalEvent } from './event.ts';

/** The objects of a CRM that we may write to, as HubSpot's routes call them, and as its events do. */
export const crmObjectTypes = { deals: 'deal', contacts: 'contact', companies: 'company', tickets: 'ticket' } as const;
export type CrmObjectType = keyof typeof crmObjectTypes;

/** A property of one object in a CRM and the value that it is given. `objectType` is singular, as in events: `deal`. */
export interface PropertyChange {
  /** The CRM, by the name of its source: `hubspot`. */
  crm: string;
  objectType: string;
  objectId: string;
  property: string;
  value: string;
}

/** The change that an event tells of; `undefined` for every other event. */
export function propertyChangeOf(event: CanonicalEvent): PropertyChange | undefined {
  const { source: crm, eventType, objectType, objectId, propertyName: property, propertyValue: value } = event;
  if (!eventType.endsWith('.propertyChange') || property === undefined || value === undefined) return undefined;
  return { crm, objectType, objectId, property, value };
}
