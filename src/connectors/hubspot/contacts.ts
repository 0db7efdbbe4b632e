import { z } from 'zod';
import { VendorError } from '../../domain/failure.ts';
import type { CrmPort } from '../ports.ts';
import type { createHubSpotClient } from './client.ts';
import { crmObject } from './deal-facts.ts';
import { withKey } from './with-key.ts';

const upserted = z.object({ results: z.array(z.object({ id: z.string() })).min(1) });

/** Contacts by their address, which is what HubSpot itself knows them by. */
export function createContacts(
  ask: ReturnType<typeof createHubSpotClient>,
): Pick<CrmPort, 'upsertContact' | 'findContact' | 'eraseContact'> {
  return {
    async upsertContact(email, properties, { timeoutMs, key }) {
      const input = { idProperty: 'email', id: email, properties: { ...properties } };
      const { results } = await ask('upsertContact', timeoutMs, upserted, (crm, options) =>
        crm.contacts.batchApi.upsert(
          { inputs: [input] },
          { ...options, middleware: [...options.middleware, withKey(key)] },
        ),
      );
      return { contactId: results[0]?.id ?? '' };
    },

    async eraseContact(contact, { timeoutMs, key }) {
      const named =
        'email' in contact ? { idProperty: 'email', objectId: contact.email } : { objectId: contact.contactId };
      try {
        await ask('eraseContact', timeoutMs, z.unknown(), (crm, options) =>
          crm.contacts.basicApi.purge(named, { ...options, middleware: [...options.middleware, withKey(key)] }),
        );
      } catch (error) {
        if (!(error instanceof VendorError && error.kind === 'NotFound')) throw error;
      }
      return { contact: 'deleted' };
    },

    async findContact(email, properties, { timeoutMs }) {
      try {
        const found = await ask('findContact', timeoutMs, crmObject, (crm, options) =>
          crm.contacts.basicApi.getById(email, [...properties], undefined, undefined, false, 'email', options),
        );
        const held = properties.map((name) => [name, found.properties[name] ?? null] as const);
        return { id: found.id, properties: Object.fromEntries(held) };
      } catch (error) {
        if (error instanceof VendorError && error.kind === 'NotFound') return null;
        throw error;
      }
    },
  };
}
