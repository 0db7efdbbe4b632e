import { z } from 'zod';
import type { Action } from '../action.ts';
import { readParameters } from '../unusable-action.ts';

const parameters = z.union([z.strictObject({ email: z.string() }), z.strictObject({ contactId: z.string() })]);

/** Deletes a person's contact in the CRM for good. */
export const eraseContact: Action<'erase_contact'> = {
  type: 'erase_contact',
  provider: 'HubSpot',
  parameters,
  settleMs: 0,
  attempts: Number.POSITIVE_INFINITY,

  async prepare({ action }, { crm }) {
    const contact = readParameters('erase_contact', parameters, action.parameters);
    return {
      address: 'contacts',
      perform: (call) => crm.eraseContact(contact, call),
      // Deleted again nothing happens, so that nobody has to be asked.
      find: async () => null,
    };
  },
};
