import { createHmac, randomInt } from 'node:crypto';
import { z } from 'zod';

/**
 * A webhook request as HubSpot sends it: an array of events, signed by version 3 (base64 of HMAC-SHA-256 over method, URL,
 * body and the time in milliseconds).
 */
export function hubspotWebhook(options: { url: string; secret: string; events: unknown; nowMs: number }) {
  const body = typeof options.events === 'string' ? options.events : JSON.stringify(options.events);
  const timestamp = String(options.nowMs);
  const signature = createHmac('sha256', options.secret)
    .update(`POST${options.url}${body}${timestamp}`)
    .digest('base64');
  const headers = {
    'content-type': 'application/json',
    'x-hubspot-signature-v3': signature,
    'x-hubspot-request-timestamp': timestamp,
  };
  return { method: 'POST', headers, body };
}

/**
 * What HubSpot sends about a change that an integration made through its API: `change` is a PATCH that it did, as
 * `/_sandbox/effects` shows it (`deals/123` and the body). One event a property.
 */
export function hubspotEcho(change: { target: string; body: unknown }, occurredAt: number): Record<string, unknown>[] {
  const [type = '', objectId = ''] = change.target.split('/');
  const { properties } = patchBody.parse(change.body);
  return Object.entries(properties).map(([propertyName, value]) => ({
    eventId: randomInt(1, 2 ** 40),
    subscriptionId: 6_547_123,
    portalId: 48_975_575,
    appId: 39_522_895,
    occurredAt,
    subscriptionType: `${singular.get(type) ?? type}.propertyChange`,
    attemptNumber: 0,
    objectId: Number(objectId),
    propertyName,
    propertyValue: value === null ? '' : String(value),
    changeSource: 'INTEGRATION',
    sourceId: '39522895',
  }));
}

const patchBody = z.object({
  properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
const singular = new Map([
  ['deals', 'deal'],
  ['contacts', 'contact'],
  ['companies', 'company'],
  ['tickets', 'ticket'],
]);
