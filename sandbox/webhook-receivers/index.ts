import { z } from 'zod';
import { createCollection } from '../collection.ts';
import type { Call, Outcome, Vendor } from '../vendor.ts';

const message = z.object({ type: z.string(), timestamp: z.string(), data: z.record(z.string(), z.unknown()) });
const erased = z.object({ message_ids: z.array(z.string()) });
const failure = (status: number, text: string) => ({ status, body: { error: text } });

/** Somebody who takes signed messages, each once: one that comes again under its `webhook-id` is answered and does nothing. What told of a person who is to be erased is blanked. */
function receiver(connector: string): Vendor {
  const received = createCollection(`webhooks/${connector}`, z.object({ id: z.string() }));

  function take({ headers, body, state }: Call): Outcome {
    const id = headers['webhook-id'];
    const parsed = message.safeParse(body);
    if (typeof id !== 'string' || headers['webhook-signature'] === undefined || !parsed.success)
      return { answer: failure(400, 'expected a message of Standard Webhooks') };
    if (received.find(state, id)) return { answer: { status: 200, body: { status: 'known' } } };
    const taken = { status: 200, body: { status: 'taken' } };
    const { type, data } = parsed.data;
    if (type !== 'person.erased')
      return { answer: taken, changes: [received.put(id, { id })], effect: { key: id, target: type, body } };
    const told = erased.safeParse(data);
    if (!told.success) return { answer: failure(400, 'expected the ids of the messages that told of the person') };
    const blanks = told.data.message_ids.map((key) => ({ kind: 'blank-key' as const, connector, key }));
    return {
      answer: taken,
      changes: [received.put(id, { id }), ...blanks],
      effect: { key: id, target: type, body: null },
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
