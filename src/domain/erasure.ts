import { z } from 'zod';
import { type CanonicalEvent, canonicalEvent } from './event.ts';
import type { ParsedEvent, SubjectIdentifiers } from './incoming.ts';

/**
 * How a person is named: by an address, a phone, or an id, which is that of an event or a lead of theirs, or one by which a
 * provider knows them: `hubspot:<portal>:<contact>`, `coresignal:<member>` or `lusha:<contact>`.
 */
export const subjectQuery = z.union(
  [
    z.strictObject({ email: z.string().trim().min(3).max(254).includes('@') }),
    z.strictObject({ phone: z.string().trim().min(3).max(50).regex(/\d/) }),
    z.strictObject({
      id: z.union([z.uuid(), z.string().regex(/^(?:hubspot:\d{1,19}:\d{1,19}|coresignal:\d{1,19}|lusha:\S{1,100})$/)]),
    }),
  ],
  {
    error:
      'expected exactly one of email, phone, or id (the id of an event or a lead, hubspot:<portal id>:<contact id>, coresignal:<member id>, or lusha:<contact id>)',
  },
);
export type SubjectQuery = z.infer<typeof subjectQuery>;

/** Whom a query is about: identifiers, or an event of theirs. */
export function whomOf(query: SubjectQuery): { identifiers: SubjectIdentifiers } | { eventId: string } {
  if ('email' in query) return { identifiers: { kind: 'person', email: query.email } };
  if ('phone' in query) return { identifiers: { kind: 'person', phone: query.phone } };
  if (!query.id.includes(':')) return { eventId: query.id };
  const [provider = '', ...id] = query.id.split(':');
  // An id of Lusha is any text, a colon in it too.
  return { identifiers: { kind: 'person', external: [provider, ...(provider === 'hubspot' ? id : [id.join(':')])] } };
}

const wishPayload = z.object({ wish: subjectQuery, requestedBy: z.string() });
const hubspotPayload = z.object({ portalId: z.number() });
const wishType = 'person.erasure';
export const crmWishType = 'contact.privacyDeletion';

/** The wish to erase a person, as an event: it is carried out, looked after and explained like any other. */
export function erasureEvent(wish: SubjectQuery, options: { id: string; requestedBy: string; at: Date }): ParsedEvent {
  const at = options.at.toISOString();
  return {
    kind: 'event',
    event: canonicalEvent.parse({
      version: 1,
      source: 'operators',
      eventType: wishType,
      objectType: 'person',
      objectId: options.id,
      urgency: 'standard',
      confidence: 1,
      firedAt: at,
      receivedAt: at,
      payload: { wish, requestedBy: options.requestedBy },
    }),
    workflow: 'eraseSubject',
    idempotencyKey: [options.id],
    fingerprint: [options.id],
    lane: ['erasure', ...Object.entries(wish).flat()],
    // Under the person's own key it could not be read to its end.
    subject: { kind: 'tenant' },
  };
}

/** What an event asks to erase, and who asks. */
export function wishOf(event: CanonicalEvent): { wish: SubjectQuery; requestedBy: string } {
  if (event.eventType === wishType) return wishPayload.parse(event.payload);
  const { portalId } = hubspotPayload.parse(event.payload);
  return { wish: { id: `hubspot:${portalId}:${event.objectId}` }, requestedBy: event.source };
}

const texts = z.array(z.string()).readonly();

/** What was left of a person when their keys were deleted, sealed with the erasure until all of it is gone. */
export const erasureFacts = z.strictObject({
  emails: texts,
  phones: texts,
  contactIds: texts,
  /** By which the directory of companies knows them. */
  directoryIds: texts.default([]),
  /** Keyed hashes of every identifier. */
  aliases: texts,
  /** What providers were given, and has to be taken back: the effect, where it went, and its receipt. */
  given: z
    .array(
      z.strictObject({
        action: z.string(),
        key: z.string(),
        address: z.string().nullable(),
        receipt: z.record(z.string(), z.string()).nullable(),
        sinceMs: z.number(),
      }),
    )
    .readonly(),
});
export type ErasureFacts = z.infer<typeof erasureFacts>;
