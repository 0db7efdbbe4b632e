import { z } from 'zod';
import { VendorError } from '../../domain/failure.ts';
import type { CrmPort, RequestLimit } from '../ports.ts';
import { createHubSpotClient } from './client.ts';
import { crmObject, dealFacts, dealProperties, textOf } from './deal-facts.ts';
import {
  accountFacts,
  accountProperties,
  contactFacts,
  contactProperties,
  openTask,
  taskProperties,
} from './object-facts.ts';
import { createFields } from './fields.ts';
import { createStageLabels } from './stage-labels.ts';

const stage = z.object({ id: z.string(), label: z.string() });
const pipelines = z.object({ results: z.array(z.object({ stages: z.array(stage) })) });
const batch = z.object({ results: z.array(crmObject) });
const owner = z.object({ email: z.string().nullish(), firstName: z.string().nullish() });

export interface HubSpotOptions {
  accessToken: string;
  /** `https://api.hubapi.com`, or the sandbox. */
  baseUrl: string;
  /** HubSpot has no property for competitors; the account's own, a list separated by `;`. */
  competitorsProperty: string;
  /** What every request asks for first; without one, only HubSpot itself says what is too much. */
  limit?: RequestLimit;
}

export function createHubSpot({ competitorsProperty, ...settings }: HubSpotOptions): CrmPort {
  const ask = createHubSpotClient(settings);
  const stageLabels = createStageLabels();

  async function loadStageLabels(timeoutMs: number): Promise<ReadonlyMap<string, string>> {
    const { results } = await ask('readPipelines', timeoutMs, pipelines, (crm, options) =>
      crm.pipelines.pipelinesApi.getAll('deals', options),
    );
    return new Map(results.flatMap(({ stages }) => stages.map(({ id, label }) => [id, label.trim().toLowerCase()])));
  }

  return {
    ...createFields(ask),

    async readDeal(dealId, { timeoutMs }) {
      const startedMs = performance.now();
      const deal = await ask('readDeal', timeoutMs, crmObject, (crm, options) =>
        crm.deals.basicApi.getById(
          dealId,
          [...dealProperties, competitorsProperty],
          undefined,
          ['contacts', 'companies', 'tasks'],
          false,
          undefined,
          options,
        ),
      );
      if (!deal.properties['dealstage']) return dealFacts(deal, new Map(), competitorsProperty);
      const remainingMs = timeoutMs - (performance.now() - startedMs);
      const labels = await within(
        remainingMs,
        stageLabels(() => loadStageLabels(remainingMs)),
      );
      return dealFacts(deal, labels, competitorsProperty);
    },

    async readContacts(contactIds, { timeoutMs }) {
      const { results } = await ask('readContacts', timeoutMs, batch, (crm, options) =>
        crm.contacts.batchApi.read(batchOf(contactIds, contactProperties), false, options),
      );
      return results.map(contactFacts);
    },

    async readAccounts(accountIds, { timeoutMs }) {
      const { results } = await ask('readAccounts', timeoutMs, batch, (crm, options) =>
        crm.companies.batchApi.read(batchOf(accountIds, accountProperties), false, options),
      );
      return results.map(accountFacts);
    },

    async readOpenTasks(taskIds, { timeoutMs }) {
      const { results } = await ask('readOpenTasks', timeoutMs, batch, (crm, options) =>
        crm.objects.tasks.batchApi.read(batchOf(taskIds, taskProperties), false, options),
      );
      return results.flatMap((task) => openTask(task) ?? []);
    },

    async readOwner(ownerId, { timeoutMs }) {
      // The library takes a number here; what is none would be asked for as NaN.
      const number = Number(ownerId);
      if (!Number.isSafeInteger(number)) {
        throw new VendorError('HubSpot', 'NotFound', 'HubSpot readOwner: NotFound (an owner id is a number)');
      }
      const found = await ask('readOwner', timeoutMs, owner, (crm, options) =>
        crm.owners.ownersApi.getById(number, 'id', false, options),
      );
      const email = textOf(found.email);
      const firstName = textOf(found.firstName);
      return { id: ownerId, ...(email && { email }), ...(firstName && { firstName }) };
    },
  };
}

const batchOf = (ids: readonly string[], properties: readonly string[]) => ({
  inputs: ids.map((id) => ({ id })),
  properties: [...properties],
  propertiesWithHistory: [],
});

/** Bounds the wait for labels that somebody else, with more time left, may be loading. */
async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeout.reject(new VendorError('HubSpot', 'Timeout', 'HubSpot readPipelines: Timeout (no answer in time)')),
    timeoutMs,
  );
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
