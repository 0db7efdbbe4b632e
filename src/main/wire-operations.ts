import type { Configuration } from '../config/environment.ts';
import type { Queries } from '../db/database.ts';
import { keptFor } from '../domain/retention.ts';
import { createAccept } from '../intake/accept.ts';
import { createRedrive } from '../intake/redrive.ts';
import { createWakeCompany } from '../intake/wake-company.ts';
import { createStarter } from '../intake/starter.ts';
import { leadCopiesIn } from '../connectors/lead-copies.ts';
import { createSpellings } from '../leads/spellings.ts';
import { createApiKeys } from '../operations/api-keys.ts';
import { createBuyerGroups } from '../operations/buyer-groups.ts';
import { createConsents } from '../operations/consents.ts';
import { createSettleEffect } from '../operations/effects.ts';
import { createErasures } from '../operations/erasures.ts';
import { createFailures } from '../operations/failures.ts';
import { createJobs } from '../operations/jobs.ts';
import { createLanes } from '../operations/lanes.ts';
import { createProviderHealth } from '../operations/provider-health.ts';
import { createProviders } from '../operations/providers.ts';
import { createRedrives } from '../operations/redrives.ts';
import { createRefreshRequests } from '../operations/refresh-requests.ts';
import { createRetention } from '../operations/retention.ts';
import { createSubjects } from '../operations/subjects.ts';
import { createViolationList } from '../operations/violations.ts';
import { createWhy } from '../operations/why.ts';
import { createWorkflowLinks } from '../operations/workflow-links.ts';
import type { Keyring } from '../privacy/keyring.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { EventWorkflows } from '../temporal/event-workflows.ts';
import { eraseCopiesFrom } from './erase-copies.ts';
import { installationOf } from './installation.ts';
import { hasherOf, receiptsOf } from './stores.ts';

/** What operators can ask and do, by HTTP and by the command line. */
export function wireOperations(
  configuration: Configuration,
  dependencies: {
    tenantId: string;
    queries: Queries;
    keyring: Keyring;
    workflows: EventWorkflows;
    metrics: Metrics;
    log: Logger;
  },
) {
  const { tenantId, queries, keyring, workflows, metrics, log } = dependencies;
  const hasher = hasherOf(configuration);
  const starter = createStarter(dependencies);
  // No command waits for the libraries of a store that it does not ask.
  const stores = async () => ({
    warehouse: (await import('./warehouse.ts')).warehouseOf(configuration),
    search: (await import('./search.ts')).searchOf(configuration),
  });
  const redrive = createRedrive({ queries, starter });
  // Read when it is asked for: whoever explains an event needs no settings.
  const settings = () => installationOf(configuration);
  const buyerGroupSettings = () => settings().buyerGroups;
  const windowMs = () => buyerGroupSettings().windowSeconds * 1_000;
  const links = createWorkflowLinks({
    uiUrl: configuration.TEMPORAL_UI_URL,
    namespace: configuration.TEMPORAL_NAMESPACE,
  });
  const providers = createProviders({ queries });
  return {
    failures: createFailures({ queries, tenantId }),
    redrives: createRedrives({ queries, tenantId, redrive, windowMs, log }),
    settleEffect: createSettleEffect({ queries, tenantId }),
    consents: createConsents({ queries, hasher, tenantId }),
    erasures: createErasures({
      queries,
      tenantId,
      accept: createAccept({ queries, hasher, keyring, starter, isBatched: () => false, log }),
      receipts: receiptsOf(configuration),
    }),
    subjects: createSubjects({
      queries,
      keyring,
      hasher,
      tenantId,
      spellingsOf: createSpellings({ defaultCountry: configuration.LEADS_DEFAULT_COUNTRY }),
      copies: async () => leadCopiesIn(await stores()),
      log,
    }),
    retention: createRetention({
      queries,
      tenantId,
      kept: () => keptFor(settings().retention),
      eraseCopies: async (ids) => eraseCopiesFrom(await stores())(ids),
    }),
    apiKeys: createApiKeys({ queries, tenantId }),
    lanes: createLanes({ queries }),
    providers,
    providerHealth: createProviderHealth({
      queries,
      tenantId,
      ports: async () => (await import('./people-ports.ts')).peopleOf(configuration),
      dailyCredits: () => buyerGroupSettings().dailyCredits,
      listProviders: providers,
    }),
    jobs: createJobs({ queries, tenantId, workflows, windowMs, links }),
    buyerGroups: createBuyerGroups({ queries, tenantId, keyring, windowMs }),
    refreshRequests: createRefreshRequests({
      queries,
      tenantId,
      keyring,
      wakeCompany: createWakeCompany({ companies: workflows.companies, log }),
      settings: buyerGroupSettings,
      metrics,
    }),
    violations: createViolationList({ queries, tenantId }),
    why: createWhy({ queries, keyring, links }),
  };
}
