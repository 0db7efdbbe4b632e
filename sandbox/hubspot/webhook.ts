import { createHmac } from 'node:crypto';

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
