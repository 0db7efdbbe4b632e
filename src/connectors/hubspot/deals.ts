import { z } from 'zod';
import { VendorError } from '../../domain/failure.ts';
import type { createHubSpotClient } from './client.ts';
import { type CrmObject, crmObject, dealProperties } from './deal-facts.ts';

type Ask = ReturnType<typeof createHubSpotClient>;

const associated = ['contacts', 'companies', 'tasks'] as const;
/** So many deals cost as much by the batch, which takes one request for them and one for each kind of association. */
const oneByOne = 1 + associated.length;

const id = z.union([z.string(), z.number()]).transform(String);
const found = z.object({ results: z.array(crmObject) });
/** HubSpot calls it `from`, and its library `_from`. */
const associations = z.object({
  results: z.array(z.object({ _from: z.object({ id }), to: z.array(z.object({ toObjectId: id })) })),
});

/** Up to 100 deals as HubSpot has them, with what they are associated with; those that are gone are not among them. */
export async function readDealObjects(
  ask: Ask,
  ids: readonly string[],
  properties: readonly string[],
  timeoutMs: number,
): Promise<CrmObject[]> {
  if (ids.length > oneByOne) return readMany(ask, ids, properties, timeoutMs);
  const deals = await Promise.all(ids.map((dealId) => readOne(ask, dealId, properties, timeoutMs)));
  return deals.filter((deal) => deal !== undefined);
}

async function readOne(ask: Ask, dealId: string, properties: readonly string[], timeoutMs: number) {
  try {
    return await ask('readDeals', timeoutMs, crmObject, (crm, options) =>
      crm.deals.basicApi.getById(
        dealId,
        [...dealProperties, ...properties],
        undefined,
        [...associated],
        false,
        undefined,
        options,
      ),
    );
  } catch (error) {
    if (error instanceof VendorError && error.kind === 'NotFound') return undefined;
    throw error;
  }
}

async function readMany(ask: Ask, ids: readonly string[], properties: readonly string[], timeoutMs: number) {
  const inputs = ids.map((dealId) => ({ id: dealId }));
  const input = { inputs, properties: [...dealProperties, ...properties], propertiesWithHistory: [] };
  const [deals, ...links] = await Promise.all([
    ask('readDeals', timeoutMs, found, (crm, options) => crm.deals.batchApi.read(input, false, options)),
    ...associated.map((to) =>
      ask('readDeals', timeoutMs, associations, (crm, options) =>
        crm.associations.v4.batchApi.getPage('deals', to, { inputs }, options),
      ),
    ),
  ]);
  return deals.results.map((deal) => ({
    ...deal,
    associations: Object.fromEntries(
      associated.map((to, index) => {
        const link = links[index]?.results.find(({ _from: from }) => from.id === deal.id);
        return [to, { results: (link?.to ?? []).map(({ toObjectId }) => ({ id: toObjectId })) }];
      }),
    ),
  }));
}
