import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';

import { ConfigurationError, parseEnvironment } from './environment.ts';

/** Protects the contract of the environment: documented, safe in production, silent about secrets. */

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
// As `node --env-file` reads it.
const example = parseEnv(read('../../.env.example'));
const names = [...read('./environment.ts').matchAll(/^ {2}([A-Z][A-Z0-9_]*): /gm)].map((match) => match[1] ?? '');
const documented = Object.keys(example);

const developmentDefaults = [
  'DATABASE_URL',
  'HUBSPOT_CLIENT_SECRET',
  'HUBSPOT_ACCESS_TOKEN',
  'SLACK_BOT_TOKEN',
  'GMAIL_ACCESS_TOKEN',
  'OPENAI_API_KEY',
  'CORESIGNAL_API_KEY',
  'LUSHA_API_KEY',
  'PERSON_CHANGE_SECRET',
  'OPERATOR_API_KEY',
  'MASTER_KEY',
  'HASH_KEY',
];

const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://causeway:own@database:5432/causeway',
  HUBSPOT_CLIENT_SECRET: 'own-hubspot-secret',
  HUBSPOT_ACCESS_TOKEN: 'own-hubspot-token',
  SLACK_BOT_TOKEN: 'own-slack-token',
  GMAIL_SERVICE_ACCOUNT_EMAIL: 'causeway@project.iam.example',
  GMAIL_SERVICE_ACCOUNT_KEY: 'own-gmail-key',
  OPERATOR_API_KEY: 'own-operator-key',
  MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  HASH_KEY: Buffer.alloc(32, 2).toString('base64'),
};

/** The message with which the environment is refused; empty when it is accepted. */
function refusal(environment: Record<string, string | undefined>): string {
  try {
    parseEnvironment(environment);
    return '';
  } catch (error) {
    return error instanceof ConfigurationError ? error.message : `not a ConfigurationError: ${String(error)}`;
  }
}

describe('.env.example', () => {
  test('names every variable that is read, and no other', () => {
    expect(names.length).toBeGreaterThan(20);
    expect(documented.toSorted()).toEqual([...new Set(names)].toSorted());
  });

  test('shows the values that hold when nothing is set', () => {
    expect(parseEnvironment(example)).toEqual(parseEnvironment({}));
  });

  test('leaves empty only what is optional or follows from another variable', () => {
    expect(names.filter((name) => example[name] === '')).toEqual([
      'TEMPORAL_ADDRESS',
      'TEMPORAL_UI_URL',
      'CAUSEWAY_DATA_DIR',
      'HUBSPOT_WEBHOOK_URL',
      'HUBSPOT_API_URL',
      'SLACK_API_URL',
      'GMAIL_SERVICE_ACCOUNT_EMAIL',
      'GMAIL_SERVICE_ACCOUNT_KEY',
      'GMAIL_API_URL',
      'OPENAI_API_URL',
      'CORESIGNAL_API_URL',
      'LUSHA_API_URL',
      'WEBHOOK_SECRET',
      'WAREHOUSE_PATH',
      'WAREHOUSE_URL',
      'AWS_REGION',
      'SEARCH_URL',
      'INGEST_JWKS_URL',
      'INGEST_TOKEN_ISSUER',
      'INGEST_TOKEN_AUDIENCE',
      'INGEST_CORS_ORIGINS',
      'TRUSTED_PROXIES',
      'MARKETING_WEBHOOK_URL',
      'ASSISTANT_WEBHOOK_URL',
      'LEADS_DEFAULT_COUNTRY',
      'GEO_DATABASE_PATH',
      'HISTORY_KEYS',
      'RULES_PATH',
      'CAUSEWAY_FILE',
      'METRICS_PORT',
      'TEMPORAL_METRICS_PORT',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
    ]);
  });

  test.each(developmentDefaults)('shows %s, which has a development default', (name) => {
    expect(example[name]).not.toBe('');
    expect(refusal({ ...production, [name]: example[name] })).toContain(name);
  });
});

describe('production', () => {
  test('accepts secrets of its own, and talks to the vendors themselves', () => {
    expect(parseEnvironment(production)).toMatchObject({
      production: true,
      sandboxUrl: undefined,
      HUBSPOT_API_URL: 'https://api.hubapi.com',
      SLACK_API_URL: 'https://slack.com/api/',
      GMAIL_API_URL: 'https://gmail.googleapis.com/',
      OPENAI_API_URL: 'https://api.openai.com/v1',
    });
  });

  test('refuses every development default, naming all of them at once', () => {
    const message = refusal({ ...example, NODE_ENV: 'production' });
    expect(developmentDefaults.filter((name) => !message.includes(`${name}: `))).toEqual([]);
  });

  test.each(Object.keys(production).filter((name) => name !== 'NODE_ENV'))('refuses to start without %s', (name) => {
    expect(refusal({ ...production, [name]: undefined })).toContain(name);
    expect(refusal({ ...production, [name]: '' })).toContain(name);
  });

  test('says of a variable that is missing where it is explained, and of a wrong one what is expected', () => {
    expect(refusal({ ...production, HASH_KEY: undefined })).toBe('HASH_KEY: not set; .env.example says what it is for');
    expect(refusal({ ...production, HASH_KEY: 'AAAA' })).toBe('HASH_KEY: expected 32 bytes in base64');
  });
});

test.each(names)('a wrong %s is never quoted in the error', (name) => {
  const marker = 'q7!zx';
  expect(refusal({ [name]: marker })).not.toContain(marker);
  expect(refusal({ ...production, [name]: marker })).not.toContain(marker);
});

test.each(developmentDefaults)('the default of %s is not quoted when it is refused', (name) => {
  expect(refusal({ ...production, [name]: example[name] })).not.toContain(String(example[name]));
});

test('ports move what follows from them', () => {
  expect(
    parseEnvironment({ PORT: '4000', SANDBOX_PORT: '4100', TEMPORAL_PORT: '4233', TEMPORAL_UI_PORT: '4234' }),
  ).toMatchObject({
    HUBSPOT_WEBHOOK_URL: 'http://127.0.0.1:4000/webhooks/hubspot',
    sandboxUrl: 'http://127.0.0.1:4100',
    HUBSPOT_API_URL: 'http://127.0.0.1:4100/hubspot',
    SLACK_API_URL: 'http://127.0.0.1:4100/slack/api/',
    GMAIL_API_URL: 'http://127.0.0.1:4100/gmail/',
    OPENAI_API_URL: 'http://127.0.0.1:4100/openai/v1',
    TEMPORAL_ADDRESS: '127.0.0.1:4233',
    ownTemporal: true,
    TEMPORAL_UI_URL: 'http://127.0.0.1:4234',
  });
});

test("a key of one's own goes to OpenAI itself, in development too, and the sandbox's key never does", () => {
  const own = { OPENAI_API_KEY: 'own-openai-key' };
  expect(parseEnvironment(own).OPENAI_API_URL).toBe('https://api.openai.com/v1');
  expect(parseEnvironment({ ...own, OPENAI_API_URL: 'http://127.0.0.1:9/v1' }).OPENAI_API_URL).toBe(
    'http://127.0.0.1:9/v1',
  );
  expect(parseEnvironment(production).OPENAI_API_KEY).toBeUndefined();
});

test("keys of one's own go to CoreSignal and Lusha themselves, and without a key nobody is asked", () => {
  expect(parseEnvironment({})).toMatchObject({
    CORESIGNAL_API_URL: 'http://127.0.0.1:3100/coresignal/cdapi/v2',
    LUSHA_API_URL: 'http://127.0.0.1:3100/lusha',
  });
  const real = {
    CORESIGNAL_API_URL: 'https://api.coresignal.com/cdapi/v2',
    LUSHA_API_URL: 'https://api.lusha.com',
  };
  expect(parseEnvironment({ CORESIGNAL_API_KEY: 'own-key', LUSHA_API_KEY: 'own-key' })).toMatchObject(real);
  const { CORESIGNAL_API_KEY, LUSHA_API_KEY, PERSON_CHANGE_SECRET, ...others } = parseEnvironment(production);
  expect([CORESIGNAL_API_KEY, LUSHA_API_KEY, PERSON_CHANGE_SECRET]).toEqual([undefined, undefined, undefined]);
  expect(others).toMatchObject(real);
});

test('a Temporal server that is given is used, and none is started', () => {
  expect(parseEnvironment({ TEMPORAL_ADDRESS: 'temporal:7233' })).toMatchObject({
    TEMPORAL_ADDRESS: 'temporal:7233',
    ownTemporal: false,
  });
});

test('a warehouse lies beside the other data in development, and in production only where one is configured', () => {
  expect(parseEnvironment({}).WAREHOUSE_PATH).toBe('.causeway/warehouse');
  expect(parseEnvironment({ CAUSEWAY_DATA_DIR: '/data' }).WAREHOUSE_PATH).toBe('/data/warehouse');
  expect(parseEnvironment({ WAREHOUSE_URL: 's3://bucket/leads' }).WAREHOUSE_PATH).toBeUndefined();
  expect(parseEnvironment(production).WAREHOUSE_PATH).toBeUndefined();
  expect(parseEnvironment({ ...production, WAREHOUSE_PATH: '/data' }).WAREHOUSE_PATH).toBe('/data');
  expect(refusal({ WAREHOUSE_PATH: '/data', WAREHOUSE_URL: 's3://bucket' })).toContain('set one of them');
});
