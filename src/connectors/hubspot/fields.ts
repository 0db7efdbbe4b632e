import type { CrmPort } from '../ports.ts';
import type { createHubSpotClient } from './client.ts';
import { crmObject } from './deal-facts.ts';
import { withKey } from './with-key.ts';

/** Reads and sets single properties, of objects of any type. */
export function createFields(ask: ReturnType<typeof createHubSpotClient>): Pick<CrmPort, 'readField' | 'writeField'> {
  return {
    async readField({ objectType, objectId, property }, { timeoutMs }) {
      const { properties } = await ask('readField', timeoutMs, crmObject, (crm, options) =>
        crm.objects.basicApi.getById(objectType, objectId, [property], undefined, undefined, false, undefined, options),
      );
      return properties[property] ?? null;
    },

    async writeField({ objectType, objectId, property }, value, { timeoutMs, key }) {
      await ask('writeField', timeoutMs, crmObject, (crm, options) =>
        crm.objects.basicApi.update(objectType, objectId, { properties: { [property]: value } }, undefined, {
          ...options,
          middleware: [...options.middleware, withKey(key)],
        }),
      );
      return { objectType, objectId, property };
    },
  };
}
