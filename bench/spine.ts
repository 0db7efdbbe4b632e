import { randomUUID } from 'node:crypto';
import { Client as PgClient } from 'pg';
import { hubspotWebhook } from '../sandbox/hubspot/webhook.ts';
import { type EventView, eventView } from '../src/domain/event-view.ts';
import { receipt } from '../src/domain/received.ts';
import { type RunningCauseway, stalledDeal, startCauseway } from './running-causeway.ts';

/**
 * What one event that a rule decides costs when nothing else happens: one lane after the other, each finished before the next is
 * posted. Counts are exact; times are of this machine, with API, worker, sandbox, PostgreSQL and Temporal all on it.
 */
const warmUp = 10;
const measured = 60;

let roundTrips = 0;
const statements = new Map<string, number>();
countRoundTrips();

// A sweep is work of the clock, not of an event: one at the start, and then none.
const causeway = await startCauseway({ sweepEveryMs: 3_600_000 });
try {
  const durationsMs: number[] = [];
  let last: EventView | undefined;
  for (let turn = 0; turn < warmUp + measured; turn += 1) {
    if (turn === warmUp) {
      roundTrips = 0;
      statements.clear();
    }
    last = await oneEvent(causeway);
    if (turn >= warmUp) durationsMs.push(Date.parse(last.finishedAt ?? '') - Date.parse(last.receivedAt));
  }
  // The row is finished inside the last task: the history is whole only when the workflow has closed.
  const handle = causeway.client.workflow.getHandle(last?.workflow?.id ?? '');
  await handle.result();
  const history = await handle.fetchHistory();
  const events = history.events ?? [];
  durationsMs.sort((a, b) => a - b);
  const percentile = (share: number) => durationsMs[Math.floor(share * (durationsMs.length - 1))];
  console.log(
    JSON.stringify(
      {
        events: measured,
        perEvent: {
          workflowTasks: events.filter(({ workflowTaskCompletedEventAttributes: completed }) => completed).length,
          historyEvents: events.length,
          // The polling of this benchmark itself is not counted.
          databaseRoundTrips: roundTrips / measured,
          statements: Object.fromEntries([...statements].map(([name, count]) => [name, count / measured])),
        },
        acceptToDoneMs: { p50: percentile(0.5), p90: percentile(0.9), max: durationsMs.at(-1) },
      },
      null,
      2,
    ),
  );
} finally {
  await causeway.stop();
}

async function oneEvent(running: RunningCauseway): Promise<EventView> {
  const { url, configuration } = running;
  const dealId = Math.floor(Math.random() * 1e12);
  await running.putDeal(String(dealId), stalledDeal());
  const change = {
    eventId: dealId,
    subscriptionId: 1,
    portalId: 1,
    appId: 1,
    occurredAt: Date.now(),
    subscriptionType: 'deal.propertyChange',
    attemptNumber: 0,
    objectId: dealId,
    propertyName: 'amount',
    propertyValue: randomUUID(),
    changeSource: 'CRM_UI',
    sourceId: 'userId:1',
  };
  const { HUBSPOT_WEBHOOK_URL, HUBSPOT_CLIENT_SECRET: secret, OPERATOR_API_KEY } = configuration;
  const request = hubspotWebhook({ url: HUBSPOT_WEBHOOK_URL, secret, events: [change], nowMs: Date.now() });
  const answer = receipt.parse(await (await fetch(`${url}/webhooks/hubspot`, request)).json());
  const endsAt = Date.now() + 30_000;
  while (Date.now() < endsAt) {
    const response = await fetch(`${url}/api/v1/events/${answer.events[0]?.id}`, {
      headers: { authorization: `Bearer ${OPERATOR_API_KEY}` },
    });
    const view = eventView.parse(await response.json());
    if (view.finishedAt) return view;
  }
  throw new Error('an event did not finish within 30 s');
}

/** Counts what goes to PostgreSQL: each query of a client is one round trip. Reads of `GET /api/v1/events/:id` are left out. */
function countRoundTrips(): void {
  const original = Reflect.get(PgClient.prototype, 'query');
  PgClient.prototype.query = function counted(this: PgClient, ...args: unknown[]) {
    const first = args[0];
    const text =
      typeof first === 'string'
        ? first
        : typeof first === 'object' && first !== null && 'text' in first
          ? String(first.text)
          : '';
    if (!text.includes('jsonb_agg')) {
      roundTrips += 1;
      const name = text.trim().replace(/\s+/g, ' ').slice(0, 60);
      statements.set(name, (statements.get(name) ?? 0) + 1);
    }
    return Reflect.apply(original, this, args);
  };
}
