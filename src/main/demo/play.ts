import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type EventView, eventView } from '../../domain/event-view.ts';
import { deliver, type Senders } from './deliver.ts';
import { type Effect, effect, type PlayedEvent, playedEvent } from './played-event.ts';
import type { DemoEvent, Scenario } from './scenario.ts';

export interface Places extends Senders {
  sandbox: string;
  operatorKey: string;
  /** Puts on record that a person may be written to. */
  recordConsent(email: string): Promise<void>;
}

const waitMs = 60_000;
const callMs = 10_000;

/**
 * Arranges the CRM, the consent and the model, posts each delivery and waits until its events are finished; then posts all of
 * it again, and counts what the vendors have done.
 */
export async function play(scenario: Scenario, places: Places): Promise<PlayedEvent[]> {
  for (const { path, body } of scenario.people) await call(`${places.sandbox}/_sandbox/${path}`, 'PUT', { body });
  for (const { path, body } of scenario.crm) await call(`${places.sandbox}/_sandbox/crm/${path}`, 'PUT', { body });
  await places.recordConsent(scenario.consenting);

  const messages = scenario.deliveries.map((delivery) => ({ delivery, id: `msg_${randomUUID()}` }));
  const views: EventView[] = [];
  for (const { delivery, id } of messages) {
    await call(`${places.sandbox}/_sandbox/model`, 'PUT', { body: delivery.answers });
    const { events } = await deliver(delivery, id, places);
    for (const event of events) views.push(await untilFinished(event.id, places));
  }
  // The same again, as senders do that missed our answer: nothing may come of it.
  for (const { delivery, id } of messages) {
    const { duplicates } = await deliver(delivery, id, places);
    const { length } = delivery.events;
    if (duplicates !== length) throw new Error(`${length} events posted again gave ${duplicates} duplicates`);
  }

  const events = scenario.deliveries.flatMap((delivery) => delivery.events);
  const ended: [Pick<DemoEvent, 'title' | 'expected'>, EventView][] = [];
  for (const [index, event] of events.entries()) {
    const view = views[index];
    if (!view) continue;
    ended.push([event, view]);
    for (const { move, ...refresh } of event.refreshes ?? []) {
      const jobId = view.refreshes.find((each) => each.move === move)?.jobId;
      if (jobId === undefined) throw new Error(`no refresh came of: ${event.title}, ${refresh.title}`);
      ended.push([refresh, await untilFinished(jobId, places)]);
    }
  }
  const effects = await effectsIn(places.sandbox);
  return ended.map(([event, view]) => playedEvent(event, view, effects));
}

async function effectsIn(sandbox: string): Promise<Effect[]> {
  const answer = await call(`${sandbox}/_sandbox/effects`, 'GET');
  return z.array(effect).parse(await answer.json());
}

async function untilFinished(id: string, { api, operatorKey }: Places): Promise<EventView> {
  const headers = { authorization: `Bearer ${operatorKey}` };
  const endsAt = Date.now() + waitMs;
  for (;;) {
    const response = await call(`${api}/api/v1/events/${id}`, 'GET', { headers });
    const view = eventView.parse(await response.json());
    if (view.finishedAt && !isUnderWay(view)) return view;
    if (Date.now() > endsAt)
      throw new Error(
        `event ${id} is ${view.state}, and not all of it done after ${waitMs / 1000} s; see the worker's log`,
      );
    await delay(50);
  }
}

/** Index and warehouse are brought up to date when a lead is captured and its lane is free; a refresh is an event once its turn has come. */
const isUnderWay = ({ outcome, actions, refreshes }: EventView): boolean =>
  (outcome === 'captured' && actions.some(({ effect: { state } }) => state === 'intent')) ||
  refreshes.some(({ status }) => status === 'waiting' || status === 'processing');

async function call(
  url: string,
  method: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
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
