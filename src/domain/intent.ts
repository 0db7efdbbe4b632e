import type { CanonicalEvent } from './event.ts';

/** The objects of a CRM, by which its events are called; what happened to a record is no sign of interest. */
const crmObjects: ReadonlySet<string | undefined> = new Set([
  'deal',
  'contact',
  'company',
  'ticket',
  'object',
  'line_item',
  'product',
  'conversation',
]);

/** Whether an event tells of what people do (a page visited, a trial begun) rather than of a record that was changed. */
export function isBehavioural({ source, eventType }: Pick<CanonicalEvent, 'source' | 'eventType'>): boolean {
  return source !== 'hubspot' && !crmObjects.has(eventType.split('.', 1)[0]);
}
