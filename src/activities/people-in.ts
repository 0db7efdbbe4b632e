import { personOf } from '../domain/contact-person.ts';
import type { CanonicalEvent } from '../domain/event.ts';
import type { Facts } from '../domain/facts.ts';
import type { Hasher } from '../privacy/hasher.ts';
import { aliasesOf } from '../privacy/subject-aliases.ts';

/** Whom the facts of an event name, as keyed hashes; an event about the contact itself is found by its key. */
export function peopleIn(hasher: Hasher, tenantId: string, event: CanonicalEvent, { contact }: Facts): string[] {
  const person = contact && event.objectType !== 'contact' ? personOf(event, contact) : undefined;
  return person ? aliasesOf(hasher, tenantId, person).map(({ hash }) => hash) : [];
}

/** The facts as they are when the contact is nobody who may be known. */
export function withoutContact({ contact: _contact, ...facts }: Facts): Facts {
  return { ...facts, gaps: [...facts.gaps, 'contact: HubSpotNotFound'] };
}
