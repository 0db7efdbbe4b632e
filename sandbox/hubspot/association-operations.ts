import { z } from 'zod';
import { associatedIds, crmObjects, type ObjectType, objectTypes } from '../crm.ts';
import type { Call, Operation, Outcome } from '../vendor.ts';
import { hubspotFailure } from './failure.ts';

const inputs = z.object({ inputs: z.array(z.object({ id: z.coerce.string() })).max(1_000) });

/** What many objects of one type are associated with, by the version 4 of the associations' API. */
export function associationOperations(type: ObjectType): Operation[] {
  const path = `/crm/v4/associations/${type}/:to/batch/read`;
  return [
    { name: `${type}.batchReadAssociations`, method: 'POST', paths: [path], run: (call) => batchRead(type, call) },
  ];
}

function batchRead(type: ObjectType, { path, body, now, state }: Call): Outcome {
  const parsed = inputs.safeParse(body);
  if (!parsed.success) return { answer: hubspotFailure(400, `Invalid input JSON: ${z.prettifyError(parsed.error)}`) };
  const to = objectTypes.find((name) => name === path['to']);
  if (!to) return { answer: hubspotFailure(400, `Unable to infer object type from: ${path['to']}`) };
  const links = parsed.data.inputs.map(({ id }) => {
    const object = crmObjects(type).find(state, id);
    return { id, to: object ? associatedIds(state, type, object, to) : [] };
  });
  const results = links
    .filter((link) => link.to.length > 0)
    .map((link) => ({
      from: { id: link.id },
      to: link.to.map((toObjectId) => ({
        toObjectId: Number(toObjectId),
        associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 1, label: null }],
      })),
    }));
  const missing = links.filter((link) => link.to.length === 0).map(({ id }) => id);
  const at = now.toISOString();
  const complete = { status: 'COMPLETE', results, startedAt: at, completedAt: at };
  if (missing.length === 0) return { answer: { status: 200, body: complete } };
  const errors = missing.map((id) => ({
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No ${to} is associated with ${type} ${id}.`,
    context: { fromObjectId: [id], toObjectType: [to] },
  }));
  return { answer: { status: 207, body: { ...complete, numErrors: errors.length, errors } } };
}
