import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { childEnvironment, type Configuration, parseEnvironment, readConfiguration } from '../../config/environment.ts';

/** Left empty, and empty counts as absent: the rules are the shipped ones, and every vendor, the model too, is the sandbox. */
const emptied = [
  'RULES_PATH',
  'HUBSPOT_API_URL',
  'HUBSPOT_COMPETITORS_PROPERTY',
  'SLACK_API_URL',
  'GMAIL_API_URL',
  'GMAIL_SERVICE_ACCOUNT_EMAIL',
  'OPENAI_API_KEY',
  'OPENAI_API_URL',
  'CORESIGNAL_API_KEY',
  'CORESIGNAL_API_URL',
  'LUSHA_API_KEY',
  'LUSHA_API_URL',
  'SEARCH_URL',
] as const;

/**
 * What the demo is run with: the environment, but for what would make it show something else, or reach anybody but the sandbox.
 * `unused` are the variables that somebody set and that do not count here.
 */
export function demoEnvironment() {
  const productSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const changes = {
    ...Object.fromEntries(emptied.map((name) => [name, ''])),
    CAUSEWAY_FILE: fileURLToPath(new URL('causeway.yaml', import.meta.url)),
    PRODUCT_WEBHOOK_SECRET: productSecret,
  };
  return {
    changes,
    configuration: parseEnvironment(childEnvironment(changes)),
    productSecret,
    unused: [...emptied, 'CAUSEWAY_FILE' as const].filter(isSet),
  };
}

/** Whether somebody gave the variable a value of its own; what follows from other variables is no such value. */
function isSet(name: keyof Configuration): boolean {
  return readConfiguration()[name] !== parseEnvironment(childEnvironment({ [name]: '' }))[name];
}
