import { createActions, erasureActions, groupActions, leadActions } from '../actions/index.ts';
import { createActivities } from '../activities/index.ts';
import type { RunPolicy } from '../activities/dependencies.ts';
import { buildApp } from '../api/app.ts';
import type { Configuration } from '../config/environment.ts';
import type { Queries } from '../db/database.ts';
import { loadRules } from '../decisions/load-rules.ts';
import type { FindPlace } from '../leads/geo.ts';
import { createSpellings } from '../leads/spellings.ts';
import { createPhoneReader } from '../leads/phone.ts';
import { createNormaliser } from '../leads/normalise.ts';
import { createLedger } from '../effects/ledger.ts';
import { isBatched } from '../domain/mode.ts';
import { createAccept } from '../intake/accept.ts';
import { createBatches } from '../intake/batches.ts';
import { createFinish } from '../intake/finish.ts';
import { createReceive } from '../intake/receive.ts';
import { createStarter } from '../intake/starter.ts';
import { createWakeCompany } from '../intake/wake-company.ts';
import { createWakeForgotten } from '../intake/wake-forgotten.ts';
import { createViolations } from '../intake/violations.ts';
import type { Readiness } from '../operations/readiness.ts';
import type { HistoryCodec } from '../privacy/payload-codec.ts';
import { configuredSources } from './configured-sources.ts';
import { eraseCopiesFrom } from './erase-copies.ts';
import { guardModel } from './guarded-ports.ts';
import { installationOf, shippedRules } from './installation.ts';
import { modelOf } from './model.ts';
import { portsOf } from './ports.ts';
import { searchOf } from './search.ts';
import type { Logger } from '../telemetry/log.ts';
import { createSenders, type TokenSettings } from '../operations/senders.ts';
import { createLeadSearch } from '../operations/lead-search.ts';
import { createMetricsPage } from '../operations/metrics-page.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { EventWorkflows } from '../temporal/event-workflows.ts';
import { hasherOf, keyringOf, receiptsOf, tenantId } from './stores.ts';
import { wireOperations } from './wire-operations.ts';
import { wireProviders } from './wire-providers.ts';

/** Everything that takes events in. */
export function wireIntake(
  configuration: Configuration,
  dependencies: { queries: Queries; workflows: EventWorkflows; metrics: Metrics; log: Logger },
) {
  const { queries, metrics, log } = dependencies;
  const keyring = keyringOf(configuration, queries);
  const starter = createStarter(dependencies);
  const { modes } = installationOf(configuration);
  const accept = createAccept({
    queries,
    hasher: hasherOf(configuration),
    keyring,
    starter,
    isBatched: (eventType) => isBatched(modes, eventType),
    log,
  });
  return createReceive({ accept, recordViolations: createViolations({ queries, keyring }), metrics, log });
}

/** The HTTP application. `accepting` and `reading` are pools of their own. */
export function wireApp(
  configuration: Configuration,
  dependencies: {
    accepting: Queries;
    reading: Queries;
    workflows: EventWorkflows;
    readiness: Readiness;
    codec: HistoryCodec;
    metrics: Metrics;
    log: Logger;
  },
) {
  const { accepting, reading, workflows, readiness, codec, metrics, log } = dependencies;
  const installation = installationOf(configuration);
  return buildApp({
    receive: wireIntake(configuration, { queries: accepting, workflows, metrics, log }),
    sources: configuredSources(configuration, installation, tenantId),
    ...wireOperations(configuration, {
      tenantId,
      queries: reading,
      keyring: keyringOf(configuration, reading),
      workflows,
      metrics,
      log,
    }),
    searchLeads: createLeadSearch({ queries: reading, tenantId, search: searchOf(configuration) }),
    metrics,
    metricsPage: createMetricsPage({
      queries: reading,
      windowMs: installation.buyerGroups.windowSeconds * 1_000,
      metrics,
      log,
    }),
    senders: createSenders({
      queries: accepting,
      tenantId,
      configuredKey: configuration.INGEST_API_KEY,
      tokens: tokensOf(configuration),
    }),
    corsOrigins: configuration.INGEST_CORS_ORIGINS,
    leadSources: installation.leads.sources,
    trustedProxies: configuration.TRUSTED_PROXIES,
    operatorKey: configuration.OPERATOR_API_KEY,
    historyCodec: codec.encrypts ? codec : undefined,
    uiUrl: configuration.TEMPORAL_UI_URL,
    readiness,
    log,
  });
}

function tokensOf(configuration: Configuration): TokenSettings | undefined {
  const { INGEST_JWKS_URL: jwksUrl, INGEST_TOKEN_ISSUER: issuer, INGEST_TOKEN_AUDIENCE: audience } = configuration;
  return jwksUrl && issuer && audience ? { jwksUrl, issuer, audience } : undefined;
}

/** What a worker does. Effects are recorded through `steps`; closing events has a pool of its own. */
export function wireActivities(
  configuration: Configuration,
  dependencies: {
    steps: Queries;
    finishing: Queries;
    workflows: EventWorkflows;
    metrics: Metrics;
    log: Logger;
    findPlace?: FindPlace;
  },
) {
  const { steps, finishing, workflows, metrics, log } = dependencies;
  const installation = installationOf(configuration);
  const callTimeoutMs = configuration.EFFECT_CALL_TIMEOUT_MS;
  const policy: RunPolicy = {
    enrich: {
      budgetMs: installation.enrichment.timeoutSeconds * 1_000,
      attempts: installation.enrichment.retries + 1,
    },
    act: { callTimeoutMs },
    totalBudgetMs: 600_000,
  };
  const starter = createStarter({ queries: finishing, workflows, metrics, log });
  const { maxEvents, maxWaitSeconds } = installation.batches;
  const batches = createBatches({
    queries: finishing,
    starter,
    workflows: workflows.batches,
    limits: { maxEvents, maxWaitMs: maxWaitSeconds * 1_000 },
    metrics,
    log,
  });
  const wakeCompany = createWakeCompany({ companies: workflows.companies, log });
  const keyring = keyringOf(configuration, steps);
  const hasher = hasherOf(configuration);
  const { ports, enrichment, breakers, openForMs, stop } = wireProviders(
    installation,
    { queries: steps, hasher, keyring, metrics, log },
    configuration.HUBSPOT_COMPETITORS_PROPERTY,
    (limit) => portsOf(configuration, limit),
  );
  const leads = {
    normalise: createNormaliser({ defaultCountry: configuration.LEADS_DEFAULT_COUNTRY }),
    findPlace: dependencies.findPlace ?? (() => ({ geo_country: null, geo_city: null })),
    receivers: new Set([
      'upsert_contact',
      ...(ports.marketing ? ['send_to_marketing'] : []),
      ...(ports.assistant ? ['send_to_assistant'] : []),
      ...(ports.search ? ['index_lead'] : []),
      ...(ports.warehouse ? ['store_lead'] : []),
    ]),
  };
  const activities = createActivities({
    spellingsOf: createSpellings({ defaultCountry: configuration.LEADS_DEFAULT_COUNTRY }),
    readPhone: createPhoneReader(configuration.LEADS_DEFAULT_COUNTRY),
    cancelWorkflow: workflows.cancel,
    wakeCompany,
    buyerGroups: installation.buyerGroups,
    historyTexts: workflows.historyTexts,
    receipts: receiptsOf(configuration),
    eraseCopies: eraseCopiesFrom(ports),
    queries: steps,
    keyring,
    hasher,
    ports,
    enrichment,
    rules: loadRules(configuration.RULES_PATH ?? shippedRules),
    modes: installation.modes,
    model: guardModel(modelOf(configuration, installation, log), breakers),
    leads,
    actions: { ...createActions(installation.actions), ...leadActions, ...groupActions, ...erasureActions },
    fallback: { channel: configuration.SLACK_DEFAULT_CHANNEL, mailbox: configuration.GMAIL_DEFAULT_MAILBOX },
    ledger: createLedger({ queries: steps, log, callTimeoutMs, openForMs }),
    finish: createFinish({ queries: finishing, starter, metrics }),
    accept: createAccept({ queries: steps, hasher, keyring, starter, isBatched: () => false, log }),
    batches,
    policy,
    metrics,
    log,
  });
  const wakeForgotten = createWakeForgotten({ queries: finishing, wakeCompany });
  return { activities, starter, batches, wakeForgotten, stop };
}
