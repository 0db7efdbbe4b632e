import { z } from 'zod';
import { historyKeys } from './history-keys.ts';

/**
 * Values that make `npm run dev` work with no file at all. A process with NODE_ENV=production refuses every one of
 * them: a secret that is in a public repository is none.
 */
const developmentDefaults = {
  DATABASE_URL: 'postgres://causeway:causeway@127.0.0.1:54329/causeway',
  HUBSPOT_CLIENT_SECRET: 'dev-hubspot-secret',
  HUBSPOT_ACCESS_TOKEN: 'dev-hubspot-token',
  SLACK_BOT_TOKEN: 'dev-slack-token',
  GMAIL_ACCESS_TOKEN: 'dev-gmail-token',
  OPENAI_API_KEY: 'dev-openai-key',
  CORESIGNAL_API_KEY: 'dev-coresignal-key',
  LUSHA_API_KEY: 'dev-lusha-key',
  PERSON_CHANGE_SECRET: 'dev-person-change-secret',
  OPERATOR_API_KEY: 'dev-operator-key',
  INGEST_API_KEY: 'dev-ingest-key',
  MARKETING_WEBHOOK_SECRET: 'whsec_ZGV2LW1hcmtldGluZy1zZWNyZXQtZGV2LTAx',
  ASSISTANT_WEBHOOK_SECRET: 'whsec_ZGV2LWFzc2lzdGFudC1zZWNyZXQtZGV2LTAx',
  MASTER_KEY: 'ZGV2LW1hc3Rlci1rZXktZGV2LW1hc3Rlci1rZXktMDE=',
  HASH_KEY: 'ZGV2LWhhc2gta2V5LWRldi1oYXNoLWtleS1kZXYtMDE=',
} as const;

const port = z.coerce.number().int().min(1).max(65535);
const key256 = z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, 'expected 32 bytes in base64');

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
const list = z.string().default('').transform(wordsOf);
const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'expected whsec_ and then 24 to 64 bytes in base64');

const variables = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** A server that somebody else runs; when it is absent the local world brings its own up. */
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_PORT: port.default(7233),
  TEMPORAL_UI_PORT: port.default(8233),
  TEMPORAL_UI_URL: z.url().optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_TASK_QUEUE: z.string().default('causeway'),
  /** Where the local world keeps its data; `.causeway` in the project unless it is set. */
  CAUSEWAY_DATA_DIR: z.string().optional(),
  SANDBOX_PORT: port.default(3100),
  HUBSPOT_CLIENT_SECRET: z.string().min(8),
  HUBSPOT_WEBHOOK_URL: z.url().optional(),
  HUBSPOT_ACCESS_TOKEN: z.string().min(1),
  HUBSPOT_API_URL: z.url().optional(),
  HUBSPOT_COMPETITORS_PROPERTY: z.string().default('competitors'),
  SLACK_BOT_TOKEN: z.string().min(1),
  SLACK_API_URL: z.url().optional(),
  SLACK_DEFAULT_CHANNEL: z.string().default('#revenue'),
  GMAIL_ACCESS_TOKEN: z.string().optional(),
  GMAIL_SERVICE_ACCOUNT_EMAIL: z.string().optional(),
  GMAIL_SERVICE_ACCOUNT_KEY: z.string().optional(),
  GMAIL_API_URL: z.url().optional(),
  GMAIL_DEFAULT_MAILBOX: z.string().default('revenue@example.com'),
  /** Absent: the rules decide without a model. */
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_API_URL: z.url().optional(),
  /** Absent: nobody is asked who works where. */
  CORESIGNAL_API_KEY: z.string().min(1).optional(),
  CORESIGNAL_API_URL: z.url().optional(),
  /** Absent: nobody is asked how people are reached. */
  LUSHA_API_KEY: z.string().min(1).optional(),
  LUSHA_API_URL: z.url().optional(),
  /** Signs role changes at POST /api/webhooks/person-change; without it and WEBHOOK_SECRET there is no such source. */
  PERSON_CHANGE_SECRET: z.string().min(8).optional(),
  /** Another secret for the same; either is taken. */
  WEBHOOK_SECRET: z.string().min(8).optional(),
  /** The folder of the warehouse. Without it and WAREHOUSE_URL, production has none. */
  WAREHOUSE_PATH: z.string().optional(),
  /** `s3://bucket/prefix`, or the address of another server that speaks S3, followed by `/bucket/prefix`. */
  WAREHOUSE_URL: z.url({ protocol: /^(s3|https?)$/ }).optional(),
  /** The region of the bucket; the SDK finds the credentials by its own variables and files. */
  AWS_REGION: z.string().optional(),
  /** Where leads are searched: OpenSearch, with user and password in the URL if it asks for them. Absent: nowhere. */
  SEARCH_URL: z.url({ protocol: /^https?$/ }).optional(),
  SEARCH_INDEX: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,99}$/, 'expected lower-case letters, digits, _ and -')
    .default('leads'),
  OPERATOR_API_KEY: z.string().min(8),
  /** A key at POST /ingest for any source, without a limit; others are made by `npm run causeway -- keys`. */
  INGEST_API_KEY: z.string().min(8).optional(),
  /** Tokens of an identity provider at POST /ingest; all three or none. */
  INGEST_JWKS_URL: z.url().optional(),
  INGEST_TOKEN_ISSUER: z.string().optional(),
  INGEST_TOKEN_AUDIENCE: z.string().optional(),
  /** Browsers that may post to /ingest: origins with a space between them. */
  INGEST_CORS_ORIGINS: list,
  /** Proxies whose X-Forwarded-For is believed: addresses or CIDR blocks with a space between them. */
  TRUSTED_PROXIES: list,
  /** Private addresses that may be called all the same: `host:port` with a space between them. */
  OUTBOUND_ALLOW: z.string().optional(),
  /** Who is told of every lead; nobody unless it is set. */
  MARKETING_WEBHOOK_URL: z.url().optional(),
  MARKETING_WEBHOOK_SECRET: webhookSecret.optional(),
  ASSISTANT_WEBHOOK_URL: z.url().optional(),
  ASSISTANT_WEBHOOK_SECRET: webhookSecret.optional(),
  /** The country of a phone number that names none: two letters. */
  LEADS_DEFAULT_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/, 'expected two letters such as DE')
    .optional(),
  /** A file of MaxMind's format (.mmdb) that knows cities or countries. */
  GEO_DATABASE_PATH: z.string().optional(),
  MASTER_KEY: key256,
  HASH_KEY: key256,
  /** Whether what is written into Temporal's histories is encrypted. */
  HISTORY_CODEC: z.enum(['off', 'on']).default('off'),
  /** The first encrypts, all decrypt, those of an `off` too: workflows that began encrypted go on. */
  HISTORY_KEYS: historyKeys.optional(),
  RULES_PATH: z.string().optional(),
  /** `causeway.yaml` in the project unless it is set. */
  CAUSEWAY_FILE: z.string().optional(),
  /** How long one call with an effect may take, in milliseconds; an intent's lease is as long. */
  EFFECT_CALL_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
  /** Where the worker serves its metrics, on HOST; nowhere unless it is set. The API serves its own at /metrics. */
  METRICS_PORT: port.optional(),
  /** Where the worker serves those of Temporal's SDK, on HOST; nowhere unless it is set. */
  TEMPORAL_METRICS_PORT: port.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
});

export type Configuration = ReturnType<typeof parseEnvironment>;

/** Thrown with one line per variable that is wrong; it names them, and never shows a value. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Reads the variables once, checks them all, and fills in what follows from them. */
export function parseEnvironment(environment: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const production = given['NODE_ENV'] === 'production';
  const parsed = variables.safeParse(production ? given : { ...developmentDefaults, ...given });
  if (!parsed.success) {
    throw new ConfigurationError(
      parsed.error.issues
        .map(({ path, message }) => {
          const name = path.join('.');
          return `${name}: ${name in given ? message : 'not set; .env.example says what it is for'}`;
        })
        .join('\n'),
    );
  }
  const values = parsed.data;
  const insecure = Object.entries(developmentDefaults).filter(([name, value]) => given[name] === value);
  if (production && insecure.length > 0) {
    throw new ConfigurationError(
      insecure.map(([name]) => `${name}: this is the development default; set your own for production`).join('\n'),
    );
  }
  if (!values.GMAIL_ACCESS_TOKEN && !(values.GMAIL_SERVICE_ACCOUNT_EMAIL && values.GMAIL_SERVICE_ACCOUNT_KEY)) {
    throw new ConfigurationError(
      'GMAIL_SERVICE_ACCOUNT_EMAIL, GMAIL_SERVICE_ACCOUNT_KEY: set both (or GMAIL_ACCESS_TOKEN)',
    );
  }
  const tokens = [values.INGEST_JWKS_URL, values.INGEST_TOKEN_ISSUER, values.INGEST_TOKEN_AUDIENCE];
  if (tokens.some(Boolean) && !tokens.every(Boolean)) {
    throw new ConfigurationError('INGEST_JWKS_URL, INGEST_TOKEN_ISSUER, INGEST_TOKEN_AUDIENCE: set all three, or none');
  }
  for (const [name, url, secret] of [
    ['MARKETING', values.MARKETING_WEBHOOK_URL, values.MARKETING_WEBHOOK_SECRET],
    ['ASSISTANT', values.ASSISTANT_WEBHOOK_URL, values.ASSISTANT_WEBHOOK_SECRET],
  ]) {
    if (url && !secret)
      throw new ConfigurationError(`${name}_WEBHOOK_SECRET: set it, since ${name}_WEBHOOK_URL is set`);
  }
  if (values.HISTORY_CODEC === 'on' && values.HISTORY_KEYS === undefined) {
    throw new ConfigurationError('HISTORY_KEYS: set it, or set HISTORY_CODEC=off');
  }
  if (values.WAREHOUSE_PATH !== undefined && values.WAREHOUSE_URL !== undefined) {
    throw new ConfigurationError('WAREHOUSE_PATH, WAREHOUSE_URL: set one of them');
  }
  const sandbox = production ? undefined : `http://127.0.0.1:${values.SANDBOX_PORT}`;
  return {
    ...values,
    production,
    sandboxUrl: sandbox,
    TEMPORAL_ADDRESS: values.TEMPORAL_ADDRESS ?? `127.0.0.1:${values.TEMPORAL_PORT}`,
    ownTemporal: values.TEMPORAL_ADDRESS === undefined,
    TEMPORAL_UI_URL: values.TEMPORAL_UI_URL ?? `http://127.0.0.1:${values.TEMPORAL_UI_PORT}`,
    HUBSPOT_WEBHOOK_URL: values.HUBSPOT_WEBHOOK_URL ?? `http://127.0.0.1:${values.PORT}/webhooks/hubspot`,
    HUBSPOT_API_URL: values.HUBSPOT_API_URL ?? (sandbox ? `${sandbox}/hubspot` : 'https://api.hubapi.com'),
    SLACK_API_URL: values.SLACK_API_URL ?? (sandbox ? `${sandbox}/slack/api/` : 'https://slack.com/api/'),
    WAREHOUSE_PATH:
      values.WAREHOUSE_PATH ??
      (values.NODE_ENV === 'development' && values.WAREHOUSE_URL === undefined
        ? `${values.CAUSEWAY_DATA_DIR ?? '.causeway'}/warehouse`
        : undefined),
    // A key of one's own is meant for the vendor itself, in development too.
    OPENAI_API_URL:
      values.OPENAI_API_URL ??
      (sandbox && values.OPENAI_API_KEY === developmentDefaults.OPENAI_API_KEY
        ? `${sandbox}/openai/v1`
        : 'https://api.openai.com/v1'),
    CORESIGNAL_API_URL:
      values.CORESIGNAL_API_URL ??
      (sandbox && values.CORESIGNAL_API_KEY === developmentDefaults.CORESIGNAL_API_KEY
        ? `${sandbox}/coresignal/cdapi/v2`
        : 'https://api.coresignal.com/cdapi/v2'),
    LUSHA_API_URL:
      values.LUSHA_API_URL ??
      (sandbox && values.LUSHA_API_KEY === developmentDefaults.LUSHA_API_KEY
        ? `${sandbox}/lusha`
        : 'https://api.lusha.com'),
    MARKETING_WEBHOOK_URL: values.MARKETING_WEBHOOK_URL ?? (sandbox && `${sandbox}/marketing/messages`),
    ASSISTANT_WEBHOOK_URL: values.ASSISTANT_WEBHOOK_URL ?? (sandbox && `${sandbox}/assistant/messages`),
    OUTBOUND_ALLOW: wordsOf(values.OUTBOUND_ALLOW ?? (sandbox ? `127.0.0.1:${values.SANDBOX_PORT}` : '')),
    GMAIL_API_URL: values.GMAIL_API_URL ?? (sandbox ? `${sandbox}/gmail/` : 'https://gmail.googleapis.com/'),
  };
}

/** The configuration of this process. */
export function readConfiguration(): Configuration {
  return parseEnvironment(process.env);
}

/** What a child process is given: our own environment with changes. */
export function childEnvironment(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}
