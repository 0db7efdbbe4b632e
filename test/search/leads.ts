import { z } from 'zod';
import { leadView } from '../../src/domain/lead-search.ts';
import { receipt } from '../../src/domain/received.ts';
import type { Causeway } from '../causeway.ts';
import { eventually } from '../eventually.ts';
import { newId } from '../hubspot-events.ts';

const page = z.object({ leads: z.array(leadView), next: z.string().nullable() });
export type Page = z.infer<typeof page>;

export const lead = (given: Record<string, unknown> = {}) => {
  const id = newId();
  return {
    idempotency_key: `form-${id}`,
    source: 'website',
    email: `ada-${id}@example.com`,
    first_name: 'Ada',
    consent: true,
    ...given,
  };
};

/** Sends leads as a website does; returns their ids. */
export async function send(causeway: Causeway, leads: readonly object[]): Promise<string[]> {
  const response = await fetch(`${causeway.url}/ingest`, {
    method: 'POST',
    body: JSON.stringify(leads),
    headers: { 'content-type': 'application/json', 'x-api-key': 'dev-ingest-key' },
    signal: AbortSignal.timeout(20_000),
  });
  return receipt.parse(await response.json()).events.map(({ id }) => id);
}

export const stateOf = async (causeway: Causeway, id: string): Promise<string | undefined> =>
  (await causeway.read(id)).actions.find(({ type }) => type === 'index_lead')?.effect.state;

/** When the leads are in the index. */
export async function indexed(causeway: Causeway, ids: readonly string[], deadlineMs = 60_000): Promise<void> {
  for (const id of ids) {
    await eventually(
      `lead ${id} is indexed`,
      async () => ((await stateOf(causeway, id)) === 'confirmed' ? true : undefined),
      deadlineMs,
    );
  }
}

export async function ask(causeway: Causeway, criteria: Record<string, unknown>, method: 'GET' | 'POST' = 'POST') {
  const texts = Object.entries(criteria).map(([name, value]): [string, string] => [name, String(value)]);
  const url = method === 'GET' ? `/api/v1/leads?${new URLSearchParams(texts).toString()}` : '/api/v1/leads/search';
  return fetch(`${causeway.url}${url}`, {
    method,
    headers: {
      authorization: `Bearer ${causeway.configuration.OPERATOR_API_KEY}`,
      ...(method === 'POST' && { 'content-type': 'application/json' }),
    },
    ...(method === 'POST' && { body: JSON.stringify(criteria) }),
    signal: AbortSignal.timeout(20_000),
  });
}

export async function find(
  causeway: Causeway,
  criteria: Record<string, unknown>,
  method: 'GET' | 'POST' = 'POST',
): Promise<Page> {
  const response = await ask(causeway, criteria, method);
  if (!response.ok) throw new Error(`the search was answered with ${response.status}: ${await response.text()}`);
  return page.parse(await response.json());
}

export const idsOf = ({ leads }: Page): string[] => leads.map(({ id }) => id);
