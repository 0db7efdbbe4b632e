import { z } from 'zod';
import { hubspotWebhook } from '../sandbox/hubspot/webhook.ts';
import type { Configuration } from '../src/config/environment.ts';

const answer = z.object({ events: z.tuple([z.object({ id: z.string(), status: z.literal('accepted') })]) });

/** Posts one event to the API at `url`, signed as HubSpot signs; resolves to its id. Throws unless it is accepted. */
export async function postSigned(
  url: string,
  configuration: Configuration,
  event: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { HUBSPOT_WEBHOOK_URL, HUBSPOT_CLIENT_SECRET: secret } = configuration;
  const request = hubspotWebhook({ url: HUBSPOT_WEBHOOK_URL, secret, events: [event], nowMs: Date.now() });
  const response = await fetch(`${url}/webhooks/hubspot`, {
    ...request,
    headers: { ...request.headers, ...headers },
    signal: AbortSignal.timeout(20_000),
  });
  return answer.parse(await response.json()).events[0].id;
}
