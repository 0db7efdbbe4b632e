import { Webhook } from 'standardwebhooks';
import type { Provider } from '../../domain/failure.ts';
import type { WebhookPort } from '../ports.ts';
import { postGuarded } from './client.ts';

export interface WebhookOptions {
  /** Who receives; names the failure class. */
  provider: Provider;
  url: string;
  /** `whsec_…`, as Standard Webhooks has it. */
  secret: string;
  /** `host:port` of private addresses that may be called all the same. */
  allow: readonly string[];
}

/** Sends signed messages (Standard Webhooks) to one receiver, who knows a message that comes again by its `webhook-id`. */
export function createWebhook({ provider, url, secret, allow }: WebhookOptions): WebhookPort {
  const signer = new Webhook(secret);
  return {
    async send({ type, data }, { key, timeoutMs }) {
      const sentAt = new Date();
      const body = JSON.stringify({ type, timestamp: sentAt.toISOString(), data });
      const headers = {
        'content-type': 'application/json',
        'webhook-id': key,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
        'webhook-signature': signer.sign(key, sentAt, body),
      };
      const status = await postGuarded({ provider, url, allow }, { headers, body, timeoutMs });
      return { webhookId: key, status: String(status) };
    },
  };
}
