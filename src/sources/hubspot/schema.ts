import { z } from 'zod';

/** Of one request. */
export const maximumEvents = 100;

const idMessage = 'expected a positive whole number below 2^53';
const id = z.int(idMessage).positive(idMessage);
const typeIdMessage = 'expected an object type id such as 0-3';
const objectTypeId = z.string(typeIdMessage).regex(/^\d{1,9}-\d{1,20}$/, typeIdMessage);
const text = z.string('expected a string');
const flag = z.boolean('expected true or false');
const propertyName = text.regex(/^\P{C}{1,255}$/u, 'expected the name of a property: 1 to 255 printable characters');

// HubSpot did not exist before: a smaller number is a time in seconds, or no time at all.
const timeMessage = 'expected a time in epoch milliseconds, between 2005 and a day from now';
const occurredAt = z
  .int(timeMessage)
  .min(Date.UTC(2005, 0, 1), timeMessage)
  .describe('When it happened, in epoch milliseconds; up to a day from now.');

const common = {
  eventId: id.describe('Not unique at HubSpot: which event it is, all that it says decides, but for `attemptNumber`.'),
  portalId: id,
  appId: id.optional(),
  subscriptionId: id.optional(),
  occurredAt,
  changeFlag: text.nullish(),
};
const plain = { ...common, objectId: id };
const change = { ...plain, propertyName, propertyValue: text.describe('The new value; empty when it was cleared.') };
const merge = {
  ...common,
  primaryObjectId: id,
  mergedObjectIds: z.array(id, 'expected an array of ids'),
  newObjectId: id.nullish(),
};
const association = {
  ...common,
  fromObjectId: id,
  toObjectId: id,
  associationType: text.optional(),
  associationTypeId: id.optional(),
  associationRemoved: flag,
  isPrimaryAssociation: flag.optional(),
};

const crmObjects = ['company', 'contact', 'deal', 'line_item', 'product', 'ticket'] as const;
const types = <Verb extends string>(verb: Verb) => crmObjects.map((name) => `${name}.${verb}` as const);
const plainTypes = z.enum([
  ...types('creation'),
  ...types('deletion'),
  ...types('restore'),
  'contact.privacyDeletion',
  'conversation.creation',
  'conversation.deletion',
  'conversation.privacyDeletion',
  'event.completed',
]);
const changeTypes = z.enum([...types('propertyChange'), 'conversation.propertyChange']);

const listedEvent = z.discriminatedUnion('subscriptionType', [
  z.object({ ...plain, subscriptionType: plainTypes }),
  z.object({
    ...plain,
    subscriptionType: z.enum(['object.creation', 'object.deletion', 'object.restore']),
    objectTypeId,
  }),
  z.object({ ...change, subscriptionType: changeTypes }),
  z.object({ ...change, subscriptionType: z.enum(['object.propertyChange']), objectTypeId }),
  z.object({ ...merge, subscriptionType: z.enum(types('merge')) }),
  z.object({ ...merge, subscriptionType: z.enum(['object.merge']), objectTypeId }),
  z.object({ ...association, subscriptionType: z.enum(types('associationChange')) }),
  z.object({
    ...association,
    subscriptionType: z.enum(['object.associationChange']),
    fromObjectTypeId: objectTypeId,
    toObjectTypeId: objectTypeId.optional(),
  }),
  z.object({
    ...plain,
    subscriptionType: z.enum(['conversation.newMessage']),
    messageId: z.string('expected the id of the message').min(1, 'expected the id of the message'),
    messageType: text.optional(),
  }),
]);
const listedTypes = new Set<unknown>(listedEvent.options.flatMap((option) => option.shape.subscriptionType.options));

const typeMessage = 'expected a subscription type such as deal.propertyChange';
const unlistedEvent = z.object({
  ...plain,
  subscriptionType: z
    .string(typeMessage)
    .regex(/^\w{1,50}\.\w{1,49}$/, typeMessage)
    .describe('A type that is not listed above: the event is kept, and counted.'),
  objectTypeId: objectTypeId.optional(),
  propertyName: propertyName.optional(),
  propertyValue: text.optional(),
});

/** One request; each event is read on its own. */
export const hubspotBody = z
  .array(z.union([listedEvent, unlistedEvent]))
  .max(maximumEvents)
  .describe(
    'Events, always in an array. Which fields one has is said by its `subscriptionType`; whatever else HubSpot sends is kept as it is.',
  );

export type HubSpotEvent = z.infer<typeof listedEvent> | z.infer<typeof unlistedEvent>;

export type ReadEvent =
  | { ok: true; event: HubSpotEvent; isListed: boolean; payload: Record<string, unknown> }
  | { ok: false; path: readonly PropertyKey[]; message: string };

const dayMs = 24 * 60 * 60_000;

/**
 * Checks one event of a batch. A type that HubSpot does not list today is checked for what all events have in common,
 * so that a new one is kept instead of refused. `payload` is the event as sent, with all its keys.
 */
export function readEvent(item: unknown, receivedAt: Date): ReadEvent {
  if (!isRecord(item)) return { ok: false, path: [], message: 'expected an event, which is a JSON object' };
  // HubSpot's own table of fields calls it eventType; what it sends is called subscriptionType.
  const typeKey = 'subscriptionType' in item ? 'subscriptionType' : 'eventType';
  const isListed = listedTypes.has(item[typeKey]);
  const schema = isListed ? listedEvent : unlistedEvent;
  const parsed = schema.safeParse({ ...item, subscriptionType: item[typeKey] });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, path: issue?.path ?? [], message: issue?.message ?? 'expected an event of HubSpot' };
  }
  if (parsed.data.occurredAt > receivedAt.getTime() + dayMs) {
    return { ok: false, path: ['occurredAt'], message: timeMessage };
  }
  return { ok: true, event: parsed.data, isListed, payload: item };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
