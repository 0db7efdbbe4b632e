import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { rootMessage } from '../src/domain/root-message.ts';
import { hubspotWebhook } from './hubspot/webhook.ts';

/**
 * `npm run send -- '[{"eventId": 1, …}]'` (or a file's name): posts events to the local API, signed as HubSpot signs them, and says
 * what came of them. It uses the development secret and address unless the environment names others.
 */

/** What the sender did wrong, in one line. */
class Mistake extends Error {
  override readonly name = 'Mistake';
}

const events = z.array(z.unknown());
const receipt = z.object({ events: z.array(z.object({ id: z.string(), status: z.string() })) });

function eventsOf(given: string | undefined): unknown[] {
  if (given === undefined) {
    throw new Mistake(
      'say a JSON array of events, or a file with one; src/sources/hubspot/samples/ has examples: npm run send -- <file>',
    );
  }
  let text = given;
  if (!given.trimStart().startsWith('[')) {
    try {
      text = readFileSync(given, 'utf8');
    } catch {
      throw new Mistake(`${given} cannot be read, and is no JSON array either`);
    }
  }
  const parsed = events.safeParse(jsonOf(text));
  if (!parsed.success) throw new Mistake('expected a JSON array of events, as HubSpot sends them');
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function send(given: string | undefined): Promise<void> {
  const { PORT = '3000', SANDBOX_PORT = '3100', HUBSPOT_CLIENT_SECRET: secret = 'dev-hubspot-secret' } = process.env;
  const { HUBSPOT_WEBHOOK_URL: url = `http://127.0.0.1:${PORT}/webhooks/hubspot` } = process.env;
  const sent = eventsOf(given);
  const request = hubspotWebhook({ url, secret, events: sent, nowMs: Date.now() });
  let response: Response;
  try {
    response = await fetch(url, { ...request, signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    throw new Mistake(`nobody answers at ${url} (${rootMessage(error)}); is npm run dev up?`);
  }
  const text = await response.text();
  console.log(`sent ${sent.length} events to ${url}, answered ${response.status}`);
  const taken = receipt.safeParse(jsonOf(text));
  if (!response.ok || !taken.success) throw new Mistake(text);
  for (const { id, status } of taken.data.events) console.log(`${status.padEnd(10)} ${id}`);
  console.log(`
What became of one, and why:  npm run causeway -- why <id>
What the stand-ins were told: http://127.0.0.1:${SANDBOX_PORT}/_sandbox/effects
A deal that the sandbox's CRM does not have is decided without facts, and then nothing is done. Make one, and send again with another eventId:
  curl -X PUT http://127.0.0.1:${SANDBOX_PORT}/_sandbox/crm/deals/332507360001 -H 'content-type: application/json' \\
    -d '{"properties": {"dealname": "Northwind", "pipeline": "default", "dealstage": "negotiation", "competitors": "Acme"}}'`);
}

try {
  await send(process.argv[2]);
} catch (error) {
  if (!(error instanceof Mistake)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
