import type { CanonicalEvent } from './event.ts';

/** The objects of a CRM and of those who tell of people, by which events are called; what happened to a record is no sign of interest. */
const records: ReadonlySet<string | undefined> = new Set([
  'deal',
  'contact',
  'company',
  'ticket',
  'object',
  'line_item',
  'product',
  'conversation',
  'person',
]);

/** Whether an event tells of what people do (a page visited, a trial begun) rather than of a record that was changed. */
export function isBehavioural({ source, eventType }: Pick<CanonicalEvent, 'source' | 'eventType'>): boolean {
  return source !== 'hubspot' && !records.has(eventType.split('.', 1)[0]);
}
