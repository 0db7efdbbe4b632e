import { z } from 'zod';
import type { CapturedLead } from '../domain/captured-lead.ts';
import type { Action } from './action.ts';
import { leadOf } from './lead-input.ts';

/** Gives the CRM a lead's person: one contact for an address, made where there is none. */
export const upsertContact: Action<'upsert_contact'> = {
  type: 'upsert_contact',
  provider: 'HubSpot',
  parameters: z.object({}),
  // A read shows a write at once; this covers a request that was still being done when its answer was lost.
  settleMs: 2_000,

  async prepare(input, { crm }) {
    const lead = leadOf(input);
    const properties = propertiesOf(lead);
    return {
      address: lead.email,
      perform: (call) => crm.upsertContact(lead.email, properties, call),
      // The contact itself is the mark: with these values in place nothing is left to do.
      async find(_key, _sinceMs, call) {
        const found = await crm.findContact(lead.email, Object.keys(properties), call);
        const isThere = Object.entries(properties).every(([name, value]) => found?.properties[name] === value);
        return found && isThere ? { contactId: found.id } : null;
      },
    };
  },
};

/** HubSpot's own names. What the lead does not say is left as the CRM has it. */
function propertiesOf({
  email,
  first_name: firstName,
  last_name: lastName,
  phone,
}: CapturedLead): Record<string, string> {
  return {
    email,
    ...(firstName !== null && { firstname: firstName }),
    ...(lastName !== null && { lastname: lastName }),
    ...(phone !== null && { phone }),
  };
}
