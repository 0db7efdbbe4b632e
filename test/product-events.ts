import { vi } from 'vitest';
import { standardWebhook } from '../sandbox/standard-webhook.ts';
import { type Receipt, receipt } from '../src/domain/received.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { newId } from './hubspot-events.ts';

/** A team's own product as a source, whose `page.viewed` and the like are decided in batches and all else alone. */
const settings = (batches: string) => `
modes:
  - {types: [page.*], mode: rules, batch: true}
batches: ${batches}
sources:
  product:
    secretVariable: PRODUCT_WEBHOOK_SECRET
    fields:
      objectType: object
      objectId: id
      accountId: account
      contactId: contact
      contactEmail: email
      dealId: deal
`;

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Causeway with that source. `batches`: how many make a batch, and how long one waits for them. */
export async function startWithProduct(
  batches = '{maxWaitSeconds: 0}',
  options: Omit<NonNullable<Parameters<typeof startCauseway>[0]>, 'settings'> = {},
): Promise<Causeway> {
  vi.stubEnv('PRODUCT_WEBHOOK_SECRET', secret);
  return startCauseway({ sweepEveryMs: 50, ...options, settings: settings(batches) });
}

/** An event of the product; without an account its lane is its object. */
export const productEvent = (type: string, given: Record<string, unknown> = {}) => ({
  type,
  timestamp: new Date().toISOString(),
  object: 'session',
  id: String(newId()),
  ...given,
});

/** Posts events as the product signs them. */
export async function postProduct(
  { url }: Pick<Causeway, 'url'>,
  events: readonly object[],
  id = `msg_${newId()}`,
): Promise<Receipt> {
  const response = await fetch(`${url}/webhooks/product`, {
    ...standardWebhook({ secret, id, events }),
    signal: AbortSignal.timeout(20_000),
  });
  if (response.status !== 202) throw new Error(`the product was answered ${response.status}`);
  return receipt.parse(await response.json());
}
