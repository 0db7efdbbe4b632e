import { type SubjectQuery, whomOf } from '../domain/erasure.ts';
import type { SubjectIdentifiers } from '../domain/incoming.ts';
import type { Hasher } from './hasher.ts';
import { aliasesOf } from './subject-aliases.ts';

/** A person who is asked for, as the database knows them: by keyed hashes, or by an event of theirs. */
export function personAskedFor(
  query: SubjectQuery,
  options: { hasher: Hasher; tenantId: string; spellingsOf: (subject: SubjectIdentifiers) => SubjectIdentifiers[] },
): { tenantId: string; aliases: string[]; eventId: string | null } {
  const { hasher, tenantId, spellingsOf } = options;
  const whom = whomOf(query);
  if ('eventId' in whom) return { tenantId, aliases: [], eventId: whom.eventId };
  const aliases = namesAskedFor(query, spellingsOf).flatMap((each) => aliasesOf(hasher, tenantId, each));
  return { tenantId, aliases: [...new Set(aliases.map(({ hash }) => hash))], eventId: null };
}

/** All ways in which they may be known; none where they are asked for by an event. */
export function namesAskedFor(
  query: SubjectQuery,
  spellingsOf: (subject: SubjectIdentifiers) => SubjectIdentifiers[],
): SubjectIdentifiers[] {
  const whom = whomOf(query);
  return 'eventId' in whom ? [] : [...spellingsOf(whom.identifiers), ...contactOf(whom.identifiers)];
}

/** A contact that we made in the CRM is known by its id there, which names no account: an installation has one. */
export const madeContact = (contactId: string): SubjectIdentifiers => ({
  kind: 'person',
  external: ['hubspot', '', contactId],
});

function contactOf(identifiers: SubjectIdentifiers): SubjectIdentifiers[] {
  const [crm, , contactId] = identifiers.kind === 'person' ? (identifiers.external ?? []) : [];
  return crm === 'hubspot' && contactId !== undefined ? [madeContact(contactId)] : [];
}
