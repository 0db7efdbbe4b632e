import { expect, test } from 'vitest';
import { isBehavioural } from './intent.ts';

// Protects what is counted as interest: what people do, never that a record was changed.

test.each([
  ['product', 'page.viewed', true],
  ['product', 'trial.started', true],
  ['product', 'pricing', true],
  ['product', 'deal.creation', false],
  ['product', 'contact.propertyChange', false],
  ['product', 'object.creation', false],
  ['lusha', 'person.role_change', false],
  ['hubspot', 'page.viewed', false],
  ['hubspot', 'ticket.creation', false],
])('%s: %s is behaviour: %s', (source, eventType, expected) => {
  expect(isBehavioural({ source, eventType })).toBe(expected);
});
