import { z } from 'zod';
import { VendorError } from '../../domain/failure.ts';
import type { CrmPort, RequestLimit } from '../ports.ts';
import { createContacts } from './contacts.ts';
import { createHubSpotClient } from './client.ts';
import { type CrmObject, crmObject, dealFacts, textOf } from './deal-facts.ts';
import { readDealObjects } from './deals.ts';
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
    ...createContacts(ask),

    async readDeals(dealIds, { timeoutMs }) {
      const startedMs = performance.now();
      const deals = await readDealObjects(ask, askable(dealIds), [competitorsProperty], timeoutMs);
      const remainingMs = timeoutMs - (performance.now() - startedMs);
      const labels = deals.some(({ properties }) => properties['dealstage'])
        ? await within(
            remainingMs,
            stageLabels(() => loadStageLabels(remainingMs)),
          )
        : new Map<string, string>();
      return deals.map((deal) => dealFacts(deal, labels, competitorsProperty));
    },

    async readContacts(contactIds, { timeoutMs }) {
      const objects = await readObjects(contactIds, (ids) =>
        ask('readContacts', timeoutMs, batch, (crm, options) =>
          crm.contacts.batchApi.read(batchOf(ids, contactProperties), false, options),
        ),
      );
      return objects.map(contactFacts);
    },

    async readAccounts(accountIds, { timeoutMs }) {
      const objects = await readObjects(accountIds, (ids) =>
        ask('readAccounts', timeoutMs, batch, (crm, options) =>
          crm.companies.batchApi.read(batchOf(ids, accountProperties), false, options),
        ),
      );
      return objects.map(accountFacts);
    },

    async readOpenTasks(taskIds, { timeoutMs }) {
      const objects = await readObjects(taskIds, (ids) =>
        ask('readOpenTasks', timeoutMs, batch, (crm, options) =>
          crm.objects.tasks.batchApi.read(batchOf(ids, taskProperties), false, options),
        ),
      );
      return objects.flatMap((task) => openTask(task) ?? []);
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

/** HubSpot's ids are numbers, and it refuses a whole request for the sake of one that is none: no object has such an id. */
const askable = (ids: readonly string[]): string[] => ids.filter((id) => /^\d{1,19}$/.test(id));

async function readObjects(
  ids: readonly string[],
  read: (ids: readonly string[]) => Promise<z.infer<typeof batch>>,
): Promise<CrmObject[]> {
  const asked = askable(ids);
  return asked.length === 0 ? [] : (await read(asked)).results;
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
