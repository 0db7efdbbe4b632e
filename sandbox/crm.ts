import { z } from 'zod';
import { createCollection, type Reader } from './collection.ts';

/** HubSpot's plural names. */
export const objectTypes = ['deals', 'contacts', 'companies', 'tasks', 'notes', 'emails', 'tickets'] as const;
export const crmTypes = [...objectTypes, 'owners'] as const;

export type ObjectType = (typeof objectTypes)[number];
export type CrmType = (typeof crmTypes)[number];

/** HubSpot keeps every value as text; an empty one reads as null. */
export const propertiesSchema = z.record(
  z.string(),
  z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .transform((value) => (value === null || value === '' ? null : String(value))),
);
export const associationsSchema = z.partialRecord(z.enum(objectTypes), z.array(z.coerce.string()));

const crmObjectSchema = z.object({
  id: z.string(),
  properties: z.record(z.string(), z.string().nullable()),
  associations: associationsSchema,
  createdAt: z.string(),
  updatedAt: z.string(),
});

export type CrmObject = z.infer<typeof crmObjectSchema>;

const collections = new Map(crmTypes.map((type) => [type, createCollection(`crm/${type}`, crmObjectSchema)] as const));

/** The stored objects of one type. */
export function crmObjects(type: CrmType) {
  const collection = collections.get(type);
  if (!collection) throw new Error(`no objects of type ${type}`);
  return collection;
}

/** The ids that an object is associated with, whichever of the two named the other. */
export function associatedIds(state: Reader, type: ObjectType, object: CrmObject, to: ObjectType): string[] {
  const reverse = crmObjects(to)
    .list(state)
    .filter((other) => other.associations[type]?.includes(object.id))
    .map((other) => other.id);
  return [...new Set([...(object.associations[to] ?? []), ...reverse])];
}

/** The owner with this address, which makes a known person of it everywhere. */
export function ownerByEmail(state: Reader, email: string): CrmObject | undefined {
  return crmObjects('owners')
    .list(state)
    .find((owner) => owner.properties['email']?.toLowerCase() === email.toLowerCase());
}
