import { Webhook } from 'standardwebhooks';

/** A webhook request as a team's product sends it, signed by the library of Standard Webhooks. */
export function standardWebhook(options: { secret: string; id: string; events: unknown; sentAt?: Date }) {
  const { secret, id, events, sentAt = new Date() } = options;
  const body = JSON.stringify(events);
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, sentAt, body),
  };
  return { method: 'POST', headers, body };
}
