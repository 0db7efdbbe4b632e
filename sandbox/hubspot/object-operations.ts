import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { type CrmObject, crmObjects, type ObjectType, propertiesSchema } from '../crm.ts';
import type { Call, Operation, Outcome } from '../vendor.ts';
import { associatedByTypeId, createAssociationsSchema } from './create-associations.ts';
import { hubspotFailure } from './failure.ts';
import { listed, showObject } from './show-object.ts';

const patchSchema = z.object({ properties: propertiesSchema });
const createSchema = patchSchema.extend({ associations: createAssociationsSchema.default([]) });
const batchReadSchema = z.object({
  inputs: z.array(z.object({ id: z.coerce.string() })).max(100),
  properties: z.array(z.string()).default([]),
  idProperty: z.string().optional(),
});

/** Reading, changing and making the objects of one type. */
export function objectOperations(type: ObjectType): Operation[] {
  const root = `/crm/v3/objects/${type}`;
  return [
    { name: `${type}.read`, method: 'GET', paths: [`${root}/:id`], run: (call) => read(type, call) },
    { name: `${type}.update`, method: 'PATCH', paths: [`${root}/:id`], run: (call) => update(type, call) },
    { name: `${type}.create`, method: 'POST', paths: [root], run: (call) => create(type, call) },
    { name: `${type}.batchRead`, method: 'POST', paths: [`${root}/batch/read`], run: (call) => batchRead(type, call) },
  ];
}

function read(type: ObjectType, { path, query, state }: Call): Outcome {
  const object = find(type, path['id'] ?? '', query.get('idProperty'), state);
  if (!object) return { answer: notFound() };
  const body = showObject(state, type, object, listed(query, 'properties'), listed(query, 'associations'));
  return { answer: { status: 200, body } };
}

function update(type: ObjectType, { path, query, body, now, state }: Call): Outcome {
  const parsed = patchSchema.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  const object = find(type, path['id'] ?? '', query.get('idProperty'), state);
  if (!object) return { answer: notFound() };
  const changed = {
    ...object,
    properties: { ...object.properties, ...parsed.data.properties },
    updatedAt: now.toISOString(),
  };
  return {
    answer: { status: 200, body: showObject(state, type, changed, Object.keys(parsed.data.properties), []) },
    changes: [crmObjects(type).put(object.id, changed)],
    effect: { target: `${type}/${object.id}`, body },
  };
}

function create(type: ObjectType, { body, now, state }: Call): Outcome {
  const parsed = createSchema.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  const id = String(randomInt(10_000_000_000, 100_000_000_000));
  const at = now.toISOString();
  const object = {
    id,
    properties: parsed.data.properties,
    associations: associatedByTypeId(parsed.data.associations),
    createdAt: at,
    updatedAt: at,
  };
  return {
    answer: { status: 201, body: showObject(state, type, object, Object.keys(object.properties), []) },
    changes: [crmObjects(type).put(id, object)],
    effect: { target: `${type}/${id}`, body },
  };
}

function batchRead(type: ObjectType, { body, now, state }: Call): Outcome {
  const parsed = batchReadSchema.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  const { inputs, properties, idProperty } = parsed.data;
  const found = inputs.map(({ id }) => ({ id, object: find(type, id, idProperty ?? null, state) }));
  const missing = found.filter(({ object }) => object === undefined).map(({ id }) => id);
  const results = found.flatMap(({ object }) => (object ? [showObject(state, type, object, properties, [])] : []));
  const at = now.toISOString();
  const complete = { status: 'COMPLETE', results, startedAt: at, completedAt: at };
  if (missing.length === 0) return { answer: { status: 200, body: complete } };
  const error = {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: 'Could not get some objects, they may be deleted or not exist. Check that ids are valid.',
    context: { ids: missing },
  };
  return { answer: { status: 207, body: { ...complete, numErrors: 1, errors: [error] } } };
}

function find(type: ObjectType, id: string, idProperty: string | null, state: Call['state']): CrmObject | undefined {
  const objects = crmObjects(type);
  if (idProperty === null || idProperty === 'hs_object_id') return objects.find(state, id);
  return objects.list(state).find((object) => object.properties[idProperty] === id);
}

function notFound() {
  return hubspotFailure(404, 'resource not found');
}

function invalid(error: z.ZodError): Outcome {
  return { answer: hubspotFailure(400, `Invalid input JSON: ${z.prettifyError(error)}`) };
}
