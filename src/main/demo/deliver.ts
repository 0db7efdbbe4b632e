import { hubspotWebhook } from '../../../sandbox/hubspot/webhook.ts';
import { standardWebhook } from '../../../sandbox/standard-webhook.ts';
import { type Receipt, receipt } from '../../domain/received.ts';
import type { Delivery } from './scenario.ts';

/** Where the senders send to, and what they sign with. */
export interface Senders {
  api: string;
  hubspot: { url: string; secret: string };
  product: { secret: string };
}

const timeoutMs = 10_000;

/** Posts one delivery, signed as its sender signs. The same `messageId` again is the same message sent a second time. */
export async function deliver({ source, events }: Delivery, messageId: string, senders: Senders): Promise<Receipt> {
  const sent = events.map(({ event }) => event);
  const request =
    source === 'hubspot'
      ? hubspotWebhook({ ...senders.hubspot, events: sent, nowMs: Date.now() })
      : standardWebhook({ ...senders.product, id: messageId, events: sent });
  const response = await fetch(`${senders.api}/webhooks/${source}`, {
    ...request,
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 202)
    throw new Error(`the webhook of ${source} was answered with ${response.status}: ${await response.text()}`);
  return receipt.parse(await response.json());
}
