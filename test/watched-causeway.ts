import { expect } from 'vitest';
import { z } from 'zod';
import { type Receipt, receipt } from '../src/domain/received.ts';
import { startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { dealChange, newId } from './hubspot-events.ts';
import { type RawAnswer, type RawRequest, sendRaw, signatureHeaders } from './raw-request.ts';

/** What may be in no answer and in no log line. */
const canaries = {
  clientSecret: 'canary-of-the-client-secret',
  operatorKey: 'canary-of-the-operator-key',
  address: 'canary@example.com',
};

const problem = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string().regex(/^(?!Error$)/),
  status: z.number(),
  reason: z.string().regex(/^[a-z0-9_]+$/),
  detail: z.string().min(10),
  correlationId: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
});
const line = z.looseObject({ level: z.string(), msg: z.string() });

/** A change of a contact's e-mail address, which is a canary. */
export const contactChange = (change: Record<string, unknown> = {}) =>
  dealChange(newId(), {
    subscriptionType: 'contact.propertyChange',
    propertyName: 'email',
    propertyValue: canaries.address,
    ...change,
  });

export type WatchedCauseway = Awaited<ReturnType<typeof startWatchedCauseway>>;

/** Causeway with all that it logs, and requests that are sent byte for byte. With a worker, it is ready when this returns. */
export async function startWatchedCauseway(options: { worker: boolean } = { worker: false }) {
  let lines: string[] = [];
  const causeway = await startCauseway({
    worker: options.worker,
    environment: {
      LOG_LEVEL: 'debug',
      HUBSPOT_CLIENT_SECRET: canaries.clientSecret,
      OPERATOR_API_KEY: canaries.operatorKey,
    },
    logTo: { write: (text) => void lines.push(text) },
  });
  const send = (request: RawRequest): Promise<RawAnswer> =>
    sendRaw(causeway.url, { path: '/webhooks/hubspot', ...request });

  const isReady = async () => (await sendRaw(causeway.url, { method: 'GET', path: '/readyz' })).status === 200;
  if (options.worker) await eventually('it is ready', async () => (await isReady()) || undefined);

  return {
    causeway,
    send,
    sendSigned: (body: Buffer | string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
      send({ body, headers: { ...signatureHeaders(causeway, body), ...headers } }),
    forgetLines: (): void => {
      lines = [];
    },
    /** All log lines. */
    said: () => lines.join(''),
    /** The log lines at `warn` and above. */
    warnings: () =>
      lines.map((text) => line.parse(JSON.parse(text))).filter(({ level }) => !['debug', 'info'].includes(level)),
    /** No canary, and none of `secrets`, was answered or logged since the last `forgetLines`. */
    expectQuiet(answered: string, secrets: readonly string[] = []): void {
      const said = [answered, ...lines].join('\n');
      const told = [...Object.values(canaries), ...secrets].filter((text) => text.length > 15 && said.includes(text));
      expect(told).toEqual([]);
    },
  };
}

/** The problem details of a refusal; anything else fails the test. */
export function problemIn({ status, headers, text }: RawAnswer): z.infer<typeof problem> {
  expect(headers['content-type']).toMatch(/^application\/problem\+json(; charset=utf-8)?$/);
  const details = problem.parse(JSON.parse(text));
  expect(details).toMatchObject({ status, correlationId: headers['x-correlation-id'] });
  return details;
}

export function receiptIn({ status, text }: RawAnswer): Receipt {
  expect([status, status === 202 ? '' : text]).toEqual([202, '']);
  return receipt.parse(JSON.parse(text));
}
