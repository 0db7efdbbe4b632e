import type { CrmPort } from '../ports.ts';
import type { createHubSpotClient } from './client.ts';
import { crmObject } from './deal-facts.ts';

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

/** HubSpot takes no notice of the key: the same write twice is one. It lets whoever looks at the requests tell whose they are. */
const withKey = (key: string) => ({
  pre<T extends { setHeaderParam(name: string, value: string): void }>(context: T): Promise<T> {
    context.setHeaderParam('Idempotency-Key', key);
    return Promise.resolve(context);
  },
  post: <T>(context: T): Promise<T> => Promise.resolve(context),
});
