import { readFileSync } from 'node:fs';
import { hubspotWebhook } from './hubspot/webhook.ts';

/**
 * `npm run send -- '[{"eventId": 1, …}]'` (or a file's name): posts events to the local API, signed as HubSpot signs them, and prints
 * the answer. It uses the development secret and address unless the environment names others.
 */
const given = process.argv[2];
if (given === undefined) {
  console.error(
    'usage: npm run send -- <a JSON array of events, or a file with one>; src/sources/hubspot/samples/ has examples',
  );
  process.exit(2);
}
const { PORT = '3000', HUBSPOT_CLIENT_SECRET: secret = 'dev-hubspot-secret' } = process.env;
const { HUBSPOT_WEBHOOK_URL: url = `http://127.0.0.1:${PORT}/webhooks/hubspot` } = process.env;
const events = given.trimStart().startsWith('[') ? given : readFileSync(given, 'utf8');
const response = await fetch(url, {
  ...hubspotWebhook({ url, secret, events, nowMs: Date.now() }),
  signal: AbortSignal.timeout(10_000),
});
console.log(response.status, await response.text());
process.exitCode = response.ok ? 0 : 1;
