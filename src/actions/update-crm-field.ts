import { z } from 'zod';
import type { CrmField } from '../connectors/ports.ts';
import type { CanonicalEvent } from '../domain/event.ts';
import { type CrmObjectType, crmObjectTypes } from '../domain/property-change.ts';
import type { Action } from './action.ts';
import { readParameters, UnusableAction } from './unusable-action.ts';

const change = z.object({
  objectType: z.enum(['deals', 'contacts', 'companies', 'tickets']),
  /** The event's own object unless it is given. */
  objectId: z
    .string()
    .regex(/^\d{1,20}$/, 'expected the id of an object, which is a number')
    .nullish(),
  property: z.string().min(1).max(255),
  value: z.union([z.string().max(65_536), z.number(), z.boolean()]).transform(String),
});

export type CrmFields = Readonly<Partial<Record<CrmObjectType, readonly string[]>>>;

const allowedChange = (allowed: CrmFields) =>
  change.superRefine(({ objectType, property }, context) => {
    if (allowed[objectType]?.includes(property) === true) return;
    const message = `not among those that may be written; list it under actions.crmFields.${objectType} in causeway.yaml`;
    context.addIssue({ code: 'custom', path: ['property'], message });
  });

/** Sets a property of an object in the CRM; only properties that `allowed` lists for its type. */
export function createUpdateCrmField(allowed: CrmFields): Action<'update_crm_field'> {
  const parameters = allowedChange(allowed);
  return {
    type: 'update_crm_field',
    provider: 'HubSpot',
    parameters,
    // A read shows a write at once; this covers a request that was still being done when its answer was lost.
    settleMs: 2_000,

    async prepare({ action, event }, { crm }) {
      const { objectType, objectId, property, value } = readParameters(
        'update_crm_field',
        parameters,
        action.parameters,
      );
      const field: CrmField = { objectType, objectId: objectId ?? ownObject(event, objectType), property };
      return {
        address: `${objectType}/${field.objectId}`,
        write: { crm: 'hubspot', objectType: crmObjectTypes[objectType], objectId: field.objectId, property, value },
        perform: (call) => crm.writeField(field, value, call),
        // The property itself is the mark: with the value in place nothing is left to do, whoever put it there.
        async find(_key, _sinceMs, call) {
          const found = await crm.readField(field, call);
          return (found ?? '') === value ? { ...field } : null;
        },
      };
    },
  };
}

function ownObject({ objectType, objectId }: CanonicalEvent, wanted: CrmObjectType): string {
  if (objectType === crmObjectTypes[wanted] && /^\d{1,20}$/.test(objectId)) return objectId;
  throw new UnusableAction(
    `update_crm_field: parameters.objectId: expected, since the event is not about one of the ${wanted}`,
  );
}
