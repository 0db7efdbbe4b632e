import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { crmObjects, propertiesSchema } from '../crm.ts';
import type { Call, Operation, Outcome } from '../vendor.ts';
import { hubspotFailure } from './failure.ts';
import { showObject } from './show-object.ts';

const input = z.object({ idProperty: z.literal('email'), id: z.string().min(1), properties: propertiesSchema });
const schema = z.object({ inputs: z.array(input).length(1) });

/** Makes or changes one contact by its address; HubSpot takes up to a hundred, the sandbox one. */
export const upsertContacts: Operation = {
  name: 'contacts.batchUpsert',
  method: 'POST',
  paths: ['/crm/v3/objects/contacts/batch/upsert'],
  run: upsert,
};

function upsert({ body, now, state }: Call): Outcome {
  const parsed = schema.safeParse(body);
  if (!parsed.success) return { answer: hubspotFailure(400, `Invalid input JSON: ${z.prettifyError(parsed.error)}`) };
  const [{ id: email, properties } = { id: '', properties: {} }] = parsed.data.inputs;
  const contacts = crmObjects('contacts');
  const at = now.toISOString();
  const known = contacts.list(state).find((each) => each.properties['email']?.toLowerCase() === email.toLowerCase());
  const before = known ?? {
    id: String(randomInt(10_000_000_000, 100_000_000_000)),
    properties: {},
    associations: {},
    createdAt: at,
  };
  const contact = { ...before, properties: { ...before.properties, email, ...properties }, updatedAt: at };
  const shown = showObject(state, 'contacts', contact, Object.keys(contact.properties), []);
  const results = [{ ...shown, new: known === undefined }];
  return {
    answer: { status: 200, body: { status: 'COMPLETE', results, startedAt: at, completedAt: at } },
    changes: [contacts.put(contact.id, contact)],
    effect: { target: `contacts/${contact.id}`, body },
  };
}
