import { z } from 'zod';
import type { CanonicalEvent } from './event.ts';

const text = z.string().min(1).max(500);

const company = z.strictObject({
  /** By the source that tells of it. */
  id: text.exactOptional(),
  name: text.exactOptional(),
  /** As DNS has it, lower-case, without www. */
  domain: text.exactOptional(),
});
export type RoleChangeCompany = z.infer<typeof company>;

/** The type of the events that have one. */
export const roleChangeType = 'person.role_change';

/**
 * That somebody has another role, as every source tells it. `payload.roleChange` of an event of the type `person.role_change`; it is
 * about a person, so it is only ever stored sealed.
 */
export const roleChange = z.strictObject({
  /** `changed`: something did, and what it was is not said. */
  kind: z.enum(['promotion', 'company_change', 'title_change', 'changed']),
  /** Nothing is known but whom it is about: whatever is done with it is read at the provider first. */
  isThin: z.boolean(),
  person: z.strictObject({
    /** By the source that tells of it. */
    id: text,
    name: text.exactOptional(),
    email: text.exactOptional(),
    profileUrl: text.exactOptional(),
  }),
  title: text.exactOptional(),
  previousTitle: text.exactOptional(),
  /** Where the person is now. */
  company: company.exactOptional(),
  /** Where the person was before, unless it is the same. */
  previousCompany: company.exactOptional(),
  /** Since when, as the source says: a day or a time, ISO 8601. */
  since: text.exactOptional(),
});
export type RoleChange = z.infer<typeof roleChange>;

/** The source of the form that anybody may send role changes in; its senders write the type by hand. */
export const roleChangeSource = 'person-change';

/** Why nothing comes of an event that was sent as a role change under another type, and what to send instead; `undefined` for every other event. */
export const explainOtherType = ({ source, eventType }: Pick<CanonicalEvent, 'source' | 'eventType'>) =>
  source === roleChangeSource && eventType !== roleChangeType
    ? `Its type is not ${roleChangeType}, so it is kept and refreshes nothing; if it is a role change, send it with that type and an id that is new.`
    : undefined;

/** The role change that an event tells of; `undefined` for every other event. */
export function roleChangeOf(event: Pick<CanonicalEvent, 'eventType' | 'payload'>): RoleChange | undefined {
  return event.eventType === roleChangeType ? roleChange.safeParse(event.payload['roleChange']).data : undefined;
}
