import { z } from 'zod';
import { erasureView, type ErasureView } from '../src/domain/operator-views.ts';
import { receipt } from '../src/domain/received.ts';
import { keyringOf } from '../src/main/stores.ts';
import { searchOf } from '../src/main/search.ts';
import { warehouseOf } from '../src/main/warehouse.ts';
import { createResidueScan } from '../src/operations/residue.ts';
import { createHistories } from '../src/temporal/histories.ts';
import type { Causeway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { newId } from './hubspot-events.ts';

/** Somebody nobody else is: every text of theirs can be looked for. */
export function somebody() {
  const id = newId();
  const digits = String(id).slice(-7).padStart(7, '0');
  return {
    idempotency_key: `form-${id}-of-person`,
    source: 'website',
    email: `Ada.${id}@example.com`,
    first_name: `First${id}`,
    last_name: `Last${id}`,
    phone: `+49 30 ${digits}`,
    message: `My own words ${id}`,
    consent: true,
  };
}

export async function sendLead(causeway: Causeway, lead: object): Promise<string> {
  const response = await fetch(`${causeway.url}/ingest`, {
    method: 'POST',
    body: JSON.stringify(lead),
    headers: { 'content-type': 'application/json', 'x-api-key': 'dev-ingest-key' },
    signal: AbortSignal.timeout(20_000),
  });
  const answer: unknown = await response.json();
  return receipt.safeParse(answer).data?.events[0]?.id ?? '';
}

export async function operator(causeway: Causeway, method: string, path: string, body?: unknown) {
  const response = await fetch(`${causeway.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${causeway.configuration.OPERATOR_API_KEY}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const answer: unknown = await response.json();
  return { status: response.status, answer };
}

/** Asks to erase a person; the erasure once it is done or failed. */
export async function erase(causeway: Causeway, whom: object, deadlineMs = 60_000): Promise<ErasureView> {
  // 503 means that nothing was promised: whoever asks asks again.
  const { status, answer } = await eventually('the wish is answered', async () => {
    const asked = await operator(causeway, 'POST', '/ops/erasures', whom);
    return asked.status === 503 ? undefined : asked;
  });
  if (status !== 202) throw new Error(`POST /ops/erasures: ${status} ${JSON.stringify(answer)}`);
  return erased(causeway, z.object({ id: z.string() }).parse(answer).id, deadlineMs);
}

export const erased = (causeway: Causeway, id: string, deadlineMs = 60_000): Promise<ErasureView> =>
  eventually(
    `the erasure ${id} ends`,
    async () => {
      const { status, answer } = await operator(causeway, 'GET', `/ops/erasures/${id}`);
      const view = status === 503 ? undefined : erasureView.parse(answer);
      return view?.state === 'running' ? undefined : view;
    },
    deadlineMs,
  );

/** Everything that is kept, looked through for what is a person's own. */
export function scanOf({ configuration, queries, client, codec }: Causeway) {
  return createResidueScan({
    queries,
    keyring: keyringOf(configuration, queries),
    warehouse: warehouseOf(configuration),
    search: searchOf(configuration),
    histories: createHistories({ client, codec, taskQueue: configuration.TEMPORAL_TASK_QUEUE }),
  });
}

export const textsOf = ({ email, first_name: first, last_name: last, phone, message }: ReturnType<typeof somebody>) => [
  email,
  first,
  last,
  phone,
  phone.replaceAll(' ', ''),
  message,
];
