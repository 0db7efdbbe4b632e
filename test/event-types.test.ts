import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { newId } from './hubspot-events.ts';

/** Protects "whatever HubSpot sends is carried to its end": every type that can be subscribed to, in one request. */

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway();
});
afterAll(() => causeway.close());

const verbs = {
  creation: () => ({ objectId: newId(), changeFlag: 'CREATED' }),
  deletion: () => ({ objectId: newId(), changeFlag: 'DELETED' }),
  restore: () => ({ objectId: newId() }),
  propertyChange: () => ({ objectId: newId(), propertyName: 'description', propertyValue: 'changed' }),
  merge: () => ({
    primaryObjectId: newId(),
    mergedObjectIds: [newId(), newId()],
    newObjectId: newId(),
    numberOfPropertiesMoved: 3,
  }),
  associationChange: () => ({
    fromObjectId: newId(),
    toObjectId: newId(),
    associationType: 'DEAL_TO_CONTACT',
    associationTypeId: 3,
    associationRemoved: false,
    isPrimaryAssociation: false,
  }),
  privacyDeletion: () => ({ objectId: newId() }),
  newMessage: () => ({ objectId: newId(), messageId: `message-${newId()}`, messageType: 'MESSAGE' }),
  completed: () => ({ objectId: newId() }),
};
type Verb = keyof typeof verbs;

const crmVerbs: readonly Verb[] = ['associationChange', 'creation', 'deletion', 'merge', 'propertyChange', 'restore'];
const subscribable: Readonly<Record<string, readonly Verb[]>> = {
  company: crmVerbs,
  contact: [...crmVerbs, 'privacyDeletion'],
  deal: crmVerbs,
  line_item: crmVerbs,
  ticket: crmVerbs,
  object: crmVerbs,
  product: ['creation', 'deletion', 'merge', 'propertyChange', 'restore'],
  conversation: ['creation', 'deletion', 'newMessage', 'privacyDeletion', 'propertyChange'],
  event: ['completed'],
};

function eventOf(object: string, verb: Verb): Record<string, unknown> {
  const typeId = object === 'object' ? { objectTypeId: '2-143967026', isSensitive: false } : {};
  const association =
    object === 'object' && verb === 'associationChange' ? { fromObjectTypeId: '0-3', toObjectTypeId: '0-1' } : {};
  return {
    eventId: newId(),
    subscriptionId: 6_547_123,
    portalId: 48_975_575,
    appId: 39_522_895,
    occurredAt: Date.now(),
    subscriptionType: `${object}.${verb}`,
    attemptNumber: 0,
    changeSource: 'CRM_UI',
    sourceId: 'userId:98499705',
    ...verbs[verb](),
    ...typeId,
    ...association,
  };
}

it('every type is accepted, run and finished, and so is one that does not exist yet', async () => {
  const known = Object.entries(subscribable).flatMap(([object, list]) => list.map((verb) => eventOf(object, verb)));
  expect(known).toHaveLength(48);
  const invented = { ...eventOf('event', 'completed'), subscriptionType: 'forecast.submitted' };
  const events = [...known, invented];
  const { status, body } = await causeway.post(events);
  expect(status).toBe(202);
  expect(body).toMatchObject({ accepted: events.length, duplicates: 0, rejected: 0 });

  expect(await causeway.metrics.registry.getSingleMetricAsString('gtm_pipeline_unknown_types_total')).toContain(
    'gtm_pipeline_unknown_types_total{source="hubspot"} 1',
  );

  const views = await Promise.all(body.events.map(({ id }) => causeway.finished(id, 90_000)));
  const ends = views.map(({ type, state, outcome }) => ({ type, state, outcome }));
  expect(ends).toEqual(
    events.map(({ subscriptionType }) => ({
      type: subscriptionType,
      state: 'done',
      // It asks to erase the contact, and that is done.
      outcome: subscriptionType === 'contact.privacyDeletion' ? 'acted' : 'undecided',
    })),
  );
});

it('an event that tells of a deal by its type id is decided like one that names it', async () => {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), {
    dealname: 'Acme',
    dealstage: 'negotiation',
    competitors: 'Globex',
  });
  const change = { ...eventOf('object', 'propertyChange'), objectId: dealId, objectTypeId: '0-3' };
  const { body } = await causeway.post([change]);
  const event = await causeway.finished(body.events[0]?.id ?? '');
  expect(event).toMatchObject({ outcome: 'acted', decision: { ruleId: 'competitive-threat' } });
});
