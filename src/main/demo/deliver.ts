import { hubspotWebhook } from '../../../sandbox/hubspot/webhook.ts';
import { personChangeWebhook } from '../../../sandbox/person-change.ts';
import { standardWebhook } from '../../../sandbox/standard-webhook.ts';
import { type Receipt, receipt } from '../../domain/received.ts';
import type { Delivery } from './scenario.ts';

/** Where the senders send to, and what they sign with. */
export interface Senders {
  api: string;
  hubspot: { url: string; secret: string };
  product: { secret: string };
  website: { apiKey: string };
  personChange: { secret: string };
}

const timeoutMs = 10_000;

/** Posts one delivery, signed as its sender signs. The same `messageId` again is the same message sent a second time. */
export async function deliver({ source, events }: Delivery, messageId: string, senders: Senders): Promise<Receipt> {
  const request = requestOf(
    source,
    events.map(({ event }) => event),
    messageId,
    senders,
  );
  const path = source === 'website' ? '/ingest' : `/webhooks/${source}`;
  const response = await fetch(`${senders.api}${path}`, {
    ...request,
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 202) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return receipt.parse(await response.json());
}

function requestOf(source: Delivery['source'], sent: readonly object[], messageId: string, senders: Senders) {
  switch (source) {
    case 'hubspot':
      return hubspotWebhook({ ...senders.hubspot, events: sent, nowMs: Date.now() });
    case 'product':
      return standardWebhook({ ...senders.product, id: messageId, events: sent });
    case 'website':
      return {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': senders.website.apiKey },
        body: JSON.stringify(sent),
      };
    case 'person-change':
      return personChangeWebhook({ ...senders.personChange, change: sent[0], nowMs: Date.now() });
    default:
      return source satisfies never;
  }
}
