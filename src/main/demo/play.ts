import { setTimeout as delay } from 'node:timers/promises';
import { hubspotWebhook } from '../../../sandbox/hubspot/webhook.ts';
import { z } from 'zod';
import { type EventView, eventView } from '../../domain/event-view.ts';
import { receipt } from '../../domain/received.ts';
import type { DemoEvent, Scenario } from './scenario.ts';

export interface Places {
  api: string;
  sandbox: string;
  webhookUrl: string;
  webhookSecret: string;
  operatorKey: string;
}

/** One row of the result; `effects` is what the sandbox's vendors have really done for this event. */
export interface PlayedEvent {
  title: string;
  id: string;
  source: string;
  type: string;
  outcome: string | null;
  decidedBy: string;
  ruleId: string | null;
  actions: { type: string; target: string; state: string }[];
  effects: z.infer<typeof sandboxEffect>[];
  acceptToDoneMs: number | null;
  ok: boolean;
}

const sandboxEffect = z.object({ connector: z.string(), operation: z.string(), key: z.string(), target: z.string() });

const waitMs = 60_000;
const callMs = 10_000;

/** Puts the scenario's objects into the CRM, posts its events as one signed batch, twice, and waits until all of them are finished. */
export async function play(scenario: Scenario, places: Places): Promise<PlayedEvent[]> {
  for (const { path, body } of scenario.crm) await call(`${places.sandbox}/_sandbox/crm/${path}`, 'PUT', body);
  const first = await post(scenario, places);
  const finished: EventView[] = [];
  for (const { id } of first.events) finished.push(await untilFinished(id, places));
  // The same batch again, as a sender does that missed our answer: nothing may come of it.
  const again = await post(scenario, places);
  if (again.duplicates !== scenario.events.length)
    throw new Error(`the same batch again gave ${again.duplicates} duplicates, not ${scenario.events.length}`);

  const answer = await call(`${places.sandbox}/_sandbox/effects`, 'GET');
  const effects = z.array(sandboxEffect).parse(await answer.json());
  return scenario.events.flatMap((event, index) => {
    const view = finished[index];
    return view ? [rowOf(event, view, effects)] : [];
  });
}

function rowOf({ title, expected }: DemoEvent, view: EventView, allEffects: PlayedEvent['effects']): PlayedEvent {
  const effects = allEffects.filter(({ key }) => key.includes(view.id));
  const done = effects.map(({ connector, operation }) => `${connector} ${operation}`).toSorted();
  return {
    title,
    id: view.id,
    source: view.source,
    type: view.type,
    outcome: view.outcome,
    decidedBy: view.decision?.decidedBy ?? 'none',
    ruleId: view.decision?.ruleId ?? null,
    actions: view.actions.map(({ type, target, effect }) => ({ type, target, state: effect.state })),
    effects,
    acceptToDoneMs: view.finishedAt ? Date.parse(view.finishedAt) - Date.parse(view.receivedAt) : null,
    ok: view.state === 'done' && done.join() === [...expected].toSorted().join(),
  };
}

async function post(scenario: Scenario, { api, webhookUrl: url, webhookSecret: secret }: Places) {
  const request = hubspotWebhook({ url, secret, events: scenario.events.map(({ event }) => event), nowMs: Date.now() });
  const response = await fetch(`${api}/webhooks/hubspot`, { ...request, signal: AbortSignal.timeout(callMs) });
  if (response.status !== 202)
    throw new Error(`the webhook was answered with ${response.status}: ${await response.text()}`);
  return receipt.parse(await response.json());
}

async function untilFinished(id: string, { api, operatorKey }: Places): Promise<EventView> {
  const endsAt = Date.now() + waitMs;
  for (;;) {
    const response = await call(`${api}/api/v1/events/${id}`, 'GET', undefined, {
      authorization: `Bearer ${operatorKey}`,
    });
    const view = eventView.parse(await response.json());
    if (view.finishedAt) return view;
    if (Date.now() > endsAt)
      throw new Error(`event ${id} is still ${view.state} after ${waitMs / 1000} s; see the worker's log`);
    await delay(50);
  }
}

async function call(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(callMs),
  });
  if (!response.ok) throw new Error(`${method} ${url} was answered with ${response.status}`);
  return response;
}
