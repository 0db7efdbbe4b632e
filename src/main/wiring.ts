import { fileURLToPath } from 'node:url';
import { actions } from '../actions/index.ts';
import { createActivities } from '../activities/index.ts';
import type { RunPolicy } from '../activities/dependencies.ts';
import { buildApp } from '../api/app.ts';
import type { Configuration } from '../config/environment.ts';
import { createGmail } from '../connectors/gmail/index.ts';
import { createHubSpot } from '../connectors/hubspot/index.ts';
import type { Ports } from '../connectors/ports.ts';
import { createSlack } from '../connectors/slack/index.ts';
import { openDatabase, type Queries } from '../db/database.ts';
import { createSubjectKeyStore } from '../db/subject-keys.ts';
import { loadRules } from '../decisions/load-rules.ts';
import { createLedger } from '../effects/ledger.ts';
import { createAccept } from '../intake/accept.ts';
import { createFinish } from '../intake/finish.ts';
import { createReceive } from '../intake/receive.ts';
import { createStarter } from '../intake/starter.ts';
import { createViolations } from '../intake/violations.ts';
import type { Readiness } from '../operations/readiness.ts';
import { createWhy } from '../operations/why.ts';
import { createHasher } from '../privacy/hasher.ts';
import { createKeyring } from '../privacy/keyring.ts';
import type { SourceSettings } from '../api/routes/webhooks.ts';
import type { Logger } from '../telemetry/log.ts';
import type { EventWorkflows } from '../temporal/event-workflows.ts';

const tenantId = 'default';

/** A pool per purpose: events are accepted and finished also while everything else waits for a connection. */
export function openPool(configuration: Configuration, log: Logger, purpose: string, maxConnections: number) {
  return openDatabase({
    url: configuration.DATABASE_URL,
    applicationName: `causeway-${purpose}`,
    maxConnections,
    onIdleError: (error) => log.warn({ purpose, reason: error.name }, 'an idle database connection broke'),
  });
}

const hasherOf = (configuration: Configuration) => createHasher(Buffer.from(configuration.HASH_KEY, 'base64'));

function keyringOf(configuration: Configuration, queries: Queries) {
  const masterKey = Buffer.from(configuration.MASTER_KEY, 'base64');
  return createKeyring({ masterKey, hasher: hasherOf(configuration), store: createSubjectKeyStore(queries) });
}

/** Everything that takes events in. */
export function wireIntake(
  configuration: Configuration,
  dependencies: { queries: Queries; workflows: EventWorkflows; log: Logger },
) {
  const { queries, log } = dependencies;
  const keyring = keyringOf(configuration, queries);
  const starter = createStarter(dependencies);
  const accept = createAccept({ queries, hasher: hasherOf(configuration), keyring, starter, log });
  return createReceive({ accept, recordViolations: createViolations({ queries, keyring }), log });
}

/** The HTTP application. `accepting` and `reading` are pools of their own. */
export function wireApp(
  configuration: Configuration,
  dependencies: { accepting: Queries; reading: Queries; workflows: EventWorkflows; readiness: Readiness; log: Logger },
) {
  const { accepting, reading, workflows, readiness, log } = dependencies;
  const hubspot: SourceSettings = {
    tenantId,
    url: configuration.HUBSPOT_WEBHOOK_URL,
    secrets: [configuration.HUBSPOT_CLIENT_SECRET],
  };
  return buildApp({
    receive: wireIntake(configuration, { queries: accepting, workflows, log }),
    sourceSettings: { hubspot },
    why: createWhy({
      queries: reading,
      keyring: keyringOf(configuration, reading),
      uiUrl: configuration.TEMPORAL_UI_URL,
      namespace: configuration.TEMPORAL_NAMESPACE,
    }),
    operatorKey: configuration.OPERATOR_API_KEY,
    readiness,
    log,
  });
}

function portsOf(configuration: Configuration): Ports {
  const {
    GMAIL_ACCESS_TOKEN: accessToken,
    GMAIL_SERVICE_ACCOUNT_EMAIL: email,
    GMAIL_SERVICE_ACCOUNT_KEY: privateKey,
  } = configuration;
  return {
    crm: createHubSpot({
      accessToken: configuration.HUBSPOT_ACCESS_TOKEN,
      baseUrl: configuration.HUBSPOT_API_URL,
      competitorsProperty: configuration.HUBSPOT_COMPETITORS_PROPERTY,
    }),
    chat: createSlack({ token: configuration.SLACK_BOT_TOKEN, apiUrl: configuration.SLACK_API_URL }),
    mail: createGmail({
      apiUrl: configuration.GMAIL_API_URL,
      auth: email && privateKey ? { serviceAccount: { email, privateKey } } : { accessToken: accessToken ?? '' },
    }),
  };
}

const shippedRules = fileURLToPath(new URL('../../rules', import.meta.url));

/** What a worker does. Effects are recorded through `steps`; closing events has a pool of its own. */
export function wireActivities(
  configuration: Configuration,
  dependencies: { steps: Queries; finishing: Queries; workflows: EventWorkflows; log: Logger },
) {
  const { steps, finishing, workflows, log } = dependencies;
  const callTimeoutMs = configuration.EFFECT_CALL_TIMEOUT_MS;
  const policy: RunPolicy = {
    enrich: { budgetMs: 5_000, attempts: 3 },
    act: { callTimeoutMs },
    totalBudgetMs: 600_000,
  };
  const starter = createStarter({ queries: finishing, workflows, log });
  const activities = createActivities({
    queries: steps,
    keyring: keyringOf(configuration, steps),
    ports: portsOf(configuration),
    rules: loadRules(configuration.RULES_PATH ?? shippedRules),
    actions,
    fallback: { channel: configuration.SLACK_DEFAULT_CHANNEL, mailbox: configuration.GMAIL_DEFAULT_MAILBOX },
    ledger: createLedger({ queries: steps, log, callTimeoutMs }),
    finish: createFinish({ queries: finishing, starter }),
    policy,
    log,
  });
  return { activities, starter };
}
