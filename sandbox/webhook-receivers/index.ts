import { z } from 'zod';
import { createCollection } from '../collection.ts';
import type { Call, Outcome, Vendor } from '../vendor.ts';

const message = z.object({ type: z.string(), timestamp: z.string(), data: z.record(z.string(), z.unknown()) });
const failure = (status: number, text: string) => ({ status, body: { error: text } });

/** Somebody who takes signed messages, each once: one that comes again under its `webhook-id` is answered and does nothing. */
function receiver(connector: string): Vendor {
  const received = createCollection(`webhooks/${connector}`, z.object({ id: z.string() }));

  function take({ headers, body, state }: Call): Outcome {
    const id = headers['webhook-id'];
    const parsed = message.safeParse(body);
    if (typeof id !== 'string' || headers['webhook-signature'] === undefined || !parsed.success)
      return { answer: failure(400, 'expected a message of Standard Webhooks') };
    if (received.find(state, id)) return { answer: { status: 200, body: { status: 'known' } } };
    return {
      answer: { status: 200, body: { status: 'taken' } },
      changes: [received.put(id, { id })],
      effect: { key: id, target: parsed.data.type, body },
    };
  }

  return {
    connector,
    prefix: `/${connector}`,
    operations: [{ name: 'messages.receive', method: 'POST', paths: ['/messages'], run: take }],
    failure,
  };
}

export const marketing = receiver('marketing');
export const assistant = receiver('assistant');
