import type { Reader } from '../collection.ts';
import { associatedIds, type CrmObject, type ObjectType, objectTypes } from '../crm.ts';

const singular: Readonly<Record<ObjectType, string>> = {
  deals: 'deal',
  contacts: 'contact',
  companies: 'company',
  tasks: 'task',
  notes: 'note',
  emails: 'email',
  tickets: 'ticket',
};

/** What HubSpot shows when a call names no properties. */
const shownByDefault: Partial<Readonly<Record<ObjectType, readonly string[]>>> = {
  deals: ['amount', 'closedate', 'dealname', 'dealstage', 'pipeline'],
  contacts: ['email', 'firstname', 'lastname'],
  companies: ['domain', 'name'],
};

/** An object as HubSpot answers it: the properties that were asked for, null where it has none. */
export function showObject(
  state: Reader,
  type: ObjectType,
  object: CrmObject,
  properties: readonly string[],
  associations: readonly string[],
) {
  const names = properties.length > 0 ? properties : (shownByDefault[type] ?? []);
  const modified = type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate';
  const shown = objectTypes
    .filter((to) => associations.includes(to) || associations.includes(singular[to]))
    .map((to) => [to, { results: associationResults(type, to, associatedIds(state, type, object, to)) }] as const)
    .filter(([, { results }]) => results.length > 0);
  return {
    id: object.id,
    properties: {
      createdate: object.createdAt,
      [modified]: object.updatedAt,
      hs_object_id: object.id,
      ...Object.fromEntries(names.map((name) => [name, object.properties[name] ?? null])),
    },
    createdAt: object.createdAt,
    updatedAt: object.updatedAt,
    archived: false,
    ...(shown.length > 0 ? { associations: Object.fromEntries(shown) } : {}),
  };
}

/** A primary company is listed twice, as HubSpot does: once labelled, once not. */
function associationResults(from: ObjectType, to: ObjectType, ids: readonly string[]) {
  const type = `${singular[from]}_to_${singular[to]}`;
  return ids.flatMap((id, index) =>
    to === 'companies' && index === 0
      ? [
          { id, type },
          { id, type: `${type}_unlabeled` },
        ]
      : [{ id, type: to === 'companies' ? `${type}_unlabeled` : type }],
  );
}

/** A list in a query: the name repeated, or one value with commas. */
export function listed(query: URLSearchParams, name: string): string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}
