import { z } from 'zod';
import { crmObjects } from '../crm.ts';
import type { Operation } from '../vendor.ts';
import { hubspotFailure } from './failure.ts';

const contacts = crmObjects('contacts');
const bodySchema = z.object({ objectId: z.coerce.string().min(1), idProperty: z.string().optional() });

export const privacyOperations: readonly Operation[] = [
  {
    name: 'contacts.gdprDelete',
    method: 'POST',
    paths: ['/crm/v3/objects/contacts/gdpr-delete'],
    run({ body, state }) {
      const parsed = bodySchema.safeParse(body);
      if (!parsed.success)
        return { answer: hubspotFailure(400, `Invalid input JSON: ${z.prettifyError(parsed.error)}`) };
      const { objectId, idProperty } = parsed.data;
      const contact =
        idProperty === undefined
          ? contacts.find(state, objectId)
          : contacts.list(state).find((candidate) => candidate.properties[idProperty] === objectId);
      const answer = { status: 204, body: undefined };
      if (!contact) return { answer };
      const target = `contacts/${contact.id}`;
      return {
        answer,
        changes: [contacts.remove(contact.id), { kind: 'blank', connector: 'hubspot', target }],
        effect: { target, body: null },
      };
    },
  },
];
