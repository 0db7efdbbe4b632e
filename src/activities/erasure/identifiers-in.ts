import { z } from 'zod';
import type { CanonicalEvent } from '../../domain/event.ts';
import { personOf } from '../../domain/contact-person.ts';
import type { Facts } from '../../domain/facts.ts';
import { isNumber } from '../../domain/phone.ts';
import type { SubjectIdentifiers } from '../../domain/incoming.ts';
import type { KnownPerson } from '../../domain/known-person.ts';
import { roleChangeOf } from '../../domain/role-change.ts';

export interface Identifiers {
  emails: string[];
  phones: string[];
  contactIds: string[];
  directoryIds: string[];
}

const payload = z.object({
  lead: z.object({ email: z.string().nullish(), phone: z.string().nullish() }).optional(),
  contactEmail: z.string().optional(),
});
const normalised = z.object({
  normalised: z.object({ email: z.string(), email_key: z.string(), phone_e164: z.string().nullable() }),
});

/** By what the person of an event is called in it. Texts that people wrote are not searched: they may name others. */
export function identifiersIn(
  event: CanonicalEvent,
  facts: Facts,
  isThem: (contact: SubjectIdentifiers) => boolean,
): Identifiers {
  const { lead, contactEmail } = payload.safeParse(event.payload).data ?? {};
  const twins = normalised.safeParse(facts.lead?.metadata).data?.normalised;
  const isContact = event.objectType === 'contact';
  // The contact of a deal about which the person did something may be somebody else.
  const person = facts.contact && personOf(event, facts.contact);
  const contact = person && isThem(person) ? facts.contact : undefined;
  const changed = isContact && event.propertyName === 'email' ? event.propertyValue : undefined;
  const told = [roleChangeOf(event), facts.roleChange].map((change) => change?.person.email);
  return {
    emails: present([lead?.email, contactEmail, contact?.email, changed, twins?.email, twins?.email_key, ...told]),
    phones: present([lead?.phone, twins?.phone_e164]).filter(isNumber),
    contactIds: present([contact?.id, isContact ? event.objectId : undefined]),
    directoryIds: present([
      event.source === 'coresignal' && event.objectType === 'person' ? event.objectId : undefined,
    ]),
  };
}

/** The same of what is kept of them for the groups they are in. */
export const identifiersOf = ({ emails, phones, directoryId }: KnownPerson): Identifiers => ({
  emails: present(emails),
  phones: present(phones).filter(isNumber),
  contactIds: [],
  directoryIds: present([directoryId]),
});

export const present = (texts: readonly (string | null | undefined)[]): string[] =>
  texts.flatMap((text) => (text == null || text === '' ? [] : [text]));
