import { createHmac } from 'node:crypto';

/** A role change as it is posted to `/api/webhooks/person-change`: signed over the time in milliseconds and the body. */
export function personChangeWebhook(options: { secret: string; change: unknown; nowMs: number }) {
  const body = JSON.stringify(options.change);
  const timestamp = String(options.nowMs);
  const signature = createHmac('sha256', options.secret).update(`${timestamp}.${body}`).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-signature': signature, 'x-timestamp': timestamp };
  return { method: 'POST', headers, body };
}
