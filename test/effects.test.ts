import type { IncomingMessage, ServerResponse } from 'node:http';
import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { createRedrive } from './redrive-one.ts';
import { createStarter } from '../src/intake/starter.ts';
import { failureClassKey, needsAttentionKey, outcomeKey } from '../src/temporal/search-attributes.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { contestedDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { runServer } from './running-sandbox.ts';

/** Protects effects through the whole spine, whatever a provider does: at most once each, and every failure said by its class. */

// Most of the time is spent waiting for providers to settle; more at once would only slow each other down.
vi.setConfig({ testTimeout: 120_000, maxConcurrency: 3 });

const providers = {
  slack: { deal: contestedDeal, perform: 'chat.postMessage', find: 'conversations.history' },
  gmail: { deal: stalledDeal, perform: 'drafts.create', find: 'drafts.list' },
} as const;
type Connector = keyof typeof providers;
type EventView = Awaited<ReturnType<Causeway['read']>>;
const connectors = ['slack', 'gmail'] as const;

/** Runs a test in a Causeway of its own, since faults meet whichever call comes next. */
const inCauseway =
  (environment: Record<string, string>, test: (causeway: Causeway) => Promise<void>) => async (): Promise<void> => {
    const causeway = await startCauseway({ environment });
    try {
      await test(causeway);
    } finally {
      await causeway.close();
    }
  };

const finished = (causeway: Causeway, id: string): Promise<EventView> => causeway.finished(id, 90_000);

/** Posts changes of one new deal that lead to one effect each at the connector; returns their ids, in the lane's order. */
async function post(causeway: Causeway, connector: Connector, count = 1): Promise<string[]> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), providers[connector].deal());
  const changes = Array.from({ length: count }, () => dealChange(dealId));
  return eventually('the events are accepted', async () => {
    // As HubSpot does, send again what was answered with 503.
    const { status, body } = await causeway.post(changes);
    return status === 202 ? body.events.map(({ id }) => id) : undefined;
  });
}

const effectsOf = async (causeway: Causeway, id: string) =>
  (await causeway.sandbox.effects()).filter(({ key }) => key.includes(id));

/** How the event's execution ended, which it does right after its row was closed. */
async function execution(causeway: Causeway, { workflow: { id } }: EventView) {
  const closed = await eventually(`the execution ${id} ends`, async () => {
    const description = await causeway.client.workflow.getHandle(id).describe();
    return description.status.name === 'RUNNING' ? undefined : description;
  });
  const { status, typedSearchAttributes } = closed;
  return {
    status: status.name,
    outcome: typedSearchAttributes.get(outcomeKey),
    failureClass: typedSearchAttributes.get(failureClassKey),
    needsAttention: typedSearchAttributes.get(needsAttentionKey),
  };
}

const called = (causeway: Causeway, connector: Connector, operation: 'perform' | 'find') =>
  causeway.sandbox.calls(connector, providers[connector][operation]);

const isCalled = (causeway: Causeway, connector: Connector, operation: 'perform' | 'find') =>
  eventually(`${connector} gets the call to ${operation}`, async () =>
    (await called(causeway, connector, operation)) > 0 ? true : undefined,
  );

const confirmed = (attempts: number) => ({
  state: 'done',
  outcome: 'acted',
  actions: [{ effect: { state: 'confirmed', attempts } }],
});

describe.concurrent('an effect whose answer is lost', () => {
  it(
    'is found by asking and never repeated: 20 messages and 20 drafts',
    inCauseway({}, async (causeway) => {
      for (const connector of connectors) {
        await causeway.sandbox.fault({
          connector,
          operation: providers[connector].perform,
          fault: 'lost-answer',
          times: 20,
        });
      }
      const posted = await Promise.all(
        Array.from({ length: 40 }, (_, index) => post(causeway, index % 2 === 0 ? 'slack' : 'gmail')),
      );
      const ids = posted.flat();
      const events = await Promise.all(ids.map((id) => finished(causeway, id)));
      for (const event of events) expect(event).toMatchObject(confirmed(1));
      const effects = await causeway.sandbox.effects();
      expect(effects).toHaveLength(40);
      for (const id of ids) expect(effects.filter(({ key }) => key.includes(id))).toHaveLength(1);
      for (const connector of connectors) expect(await called(causeway, connector, 'perform')).toBe(20);
    }),
  );

  it(
    'or was never readable is asked for, and repeated only because it is not there',
    inCauseway({ EFFECT_CALL_TIMEOUT_MS: '3000' }, async (causeway) => {
      const { slack, gmail } = providers;
      await causeway.sandbox.fault({ connector: 'slack', operation: slack.perform, fault: 'malformed' });
      await causeway.sandbox.fault({ connector: 'gmail', operation: gmail.perform, fault: 'timeout' });
      const ids = (await Promise.all(connectors.map((connector) => post(causeway, connector)))).flat();
      for (const [index, connector] of connectors.entries()) {
        const id = ids[index] ?? '';
        expect(await finished(causeway, id)).toMatchObject(confirmed(2));
        expect(await called(causeway, connector, 'find')).toBe(1);
        expect(await effectsOf(causeway, id)).toHaveLength(1);
      }
    }),
  );
});

describe.concurrent('a provider that keeps failing', () => {
  it(
    'is asked three times, each time whether it has the effect, and then the event fails and frees its lane',
    inCauseway({}, async (causeway) => {
      for (const connector of connectors) {
        for (const status of [500, 503, 502]) {
          await causeway.sandbox.fault({ connector, operation: providers[connector].perform, fault: 'status', status });
        }
      }
      const lanes = await Promise.all(connectors.map((connector) => post(causeway, connector, 2)));
      for (const [index, [first = '', second = '']] of lanes.entries()) {
        const failureClass = index === 0 ? 'SlackUnavailable' : 'GmailUnavailable';
        const failed = await finished(causeway, first);
        expect(failed).toMatchObject({
          state: 'failed',
          outcome: 'failed',
          failure: { class: failureClass },
          actions: [{ effect: { state: 'refused', attempts: 3 } }],
        });
        expect(await execution(causeway, failed)).toEqual({
          status: 'FAILED',
          outcome: 'failed',
          failureClass,
          needsAttention: undefined,
        });
        expect(await finished(causeway, second)).toMatchObject(confirmed(1));
        expect(await effectsOf(causeway, first)).toEqual([]);
      }
      for (const connector of connectors) {
        expect(await called(causeway, connector, 'perform')).toBe(4);
        expect(await called(causeway, connector, 'find')).toBe(3);
      }
    }),
  );
});

describe.concurrent('a provider that says no', () => {
  it(
    'is asked once; the event and its execution fail by the class, and the next of the lane runs',
    inCauseway({}, async (causeway) => {
      const refusals: [Connector, number, string][] = [
        ['slack', 400, 'SlackRejected'],
        ['slack', 403, 'SlackUnauthorized'],
        ['gmail', 400, 'GmailRejected'],
        ['gmail', 403, 'GmailUnauthorized'],
        ['gmail', 404, 'GmailNotFound'],
      ];
      for (const [connector, status, failureClass] of refusals) {
        await causeway.sandbox.fault({ connector, operation: providers[connector].perform, fault: 'status', status });
        const before = await called(causeway, connector, 'perform');
        const [first = '', second = ''] = await post(causeway, connector, 2);
        const failed = await finished(causeway, first);
        expect(failed).toMatchObject({
          state: 'failed',
          failure: { class: failureClass },
          actions: [{ effect: { state: 'refused', attempts: 1 } }],
        });
        expect(await execution(causeway, failed)).toMatchObject({ status: 'FAILED', failureClass });
        expect(await finished(causeway, second)).toMatchObject(confirmed(1));
        expect(await called(causeway, connector, 'perform')).toBe(before + 2);
      }
      for (const connector of connectors) expect(await called(causeway, connector, 'find')).toBe(0);
    }),
  );

  it('for now (429) is asked again after the time that it named', async () => {
    const asked: string[] = [];
    const server = await runServer((request, response) => answerOnlyLater(asked, request, response));
    const environment = { SLACK_API_URL: server.url, GMAIL_API_URL: server.url };
    await inCauseway(environment, async (causeway) => {
      for (const connector of connectors) {
        const [id = ''] = await post(causeway, connector);
        const event = await finished(causeway, id);
        expect(event).toMatchObject(confirmed(2));
        const failure = await lastFailure(causeway, event);
        expect(failure?.type).toBe(connector === 'slack' ? 'SlackRateLimited' : 'GmailRateLimited');
        expect(Number(failure?.nextRetryDelay?.seconds)).toBe(3);
      }
    })();
    await server.close();
    // Nobody was asked whether the effect exists: who says "not now" has done nothing.
    expect(asked.map((url) => /postMessage|drafts/.exec(url)?.[0])).toEqual([
      'postMessage',
      'postMessage',
      'drafts',
      'drafts',
    ]);
  });
});

/** A provider that answers every first request to an address with 429. */
function answerOnlyLater(asked: string[], request: IncomingMessage, response: ServerResponse): void {
  const url = `${request.method} ${request.url}`;
  const tooEarly = !asked.includes(url);
  asked.push(url);
  response.writeHead(tooEarly ? 429 : 200, {
    'content-type': 'application/json',
    ...(tooEarly && { 'retry-after': '3' }),
  });
  const done = { ok: true, channel: 'C0TEST', ts: '1700000000.000100', id: 'r1', message: { id: 'm1', ts: '1' } };
  response.end(JSON.stringify(tooEarly ? { ok: false, error: 'ratelimited' } : done));
}

/** What the attempt before the last one said to Temporal. */
async function lastFailure(causeway: Causeway, event: EventView) {
  const { events } = await causeway.client.workflow.getHandle(event.workflow.id).fetchHistory();
  const failures = (events ?? []).map((each) => each.activityTaskStartedEventAttributes?.lastFailure);
  return failures.find((failure) => failure)?.applicationFailureInfo;
}

describe.concurrent('an effect that cannot be found out', () => {
  it(
    'ends its event failed as EffectUnknown, asks for attention, and is never tried again',
    inCauseway({}, async (causeway) => {
      const { sandbox, queries, workflows, log } = causeway;
      for (const connector of connectors) {
        const { perform, find } = providers[connector];
        await sandbox.fault({ connector, operation: perform, fault: 'lost-answer' });
        await sandbox.fault({ connector, operation: find, fault: 'status', status: 500, times: 1_000 });
      }
      const redrive = createRedrive({
        queries,
        starter: createStarter({ queries, workflows, metrics: causeway.metrics, log }),
      });
      const ids = (await Promise.all(connectors.map((connector) => post(causeway, connector)))).flat();
      for (const [index, connector] of connectors.entries()) {
        const id = ids[index] ?? '';
        await isCalled(causeway, connector, 'find');
        await causeway.client.workflow.getHandle((await causeway.read(id)).workflow.id).cancel();
        const unknown = {
          status: 'FAILED',
          outcome: 'failed',
          failureClass: 'EffectUnknown',
          needsAttention: true,
        };
        const failed = await finished(causeway, id);
        expect(failed).toMatchObject({
          failure: { class: 'EffectUnknown' },
          actions: [{ effect: { state: 'unknown', attempts: 1 } }],
        });
        expect(await execution(causeway, failed)).toEqual(unknown);

        const calls = async () => [
          await called(causeway, connector, 'perform'),
          await called(causeway, connector, 'find'),
        ];
        const before = await calls();
        expect(await redrive(id)).toBe('redriven');
        const again = await finished(causeway, id);
        expect(await execution(causeway, again)).toEqual(unknown);
        expect(await calls()).toEqual(before);
        expect(await effectsOf(causeway, id)).toHaveLength(1);
      }
    }),
  );
});

describe.concurrent('an event that is cancelled while its effect is under way', () => {
  it(
    'keeps its lane until the attempt can no longer reach the provider, then fails as unknown',
    inCauseway({ EFFECT_CALL_TIMEOUT_MS: '5000' }, async (causeway) => {
      await causeway.sandbox.fault({ connector: 'slack', operation: providers.slack.perform, fault: 'timeout' });
      const [first = '', second = ''] = await post(causeway, 'slack', 2);
      await cancelDuringCall(causeway, first);
      const failed = await finished(causeway, first);
      expect(failed).toMatchObject({ failure: { class: 'EffectUnknown' } });
      expect(await execution(causeway, failed)).toMatchObject({ status: 'FAILED', needsAttention: true });
      expect(await waitedFor(causeway, failed)).toEqual({ timer: true, leaseOver: true });
      expect(await finished(causeway, second)).toMatchObject(confirmed(1));
    }),
  );

  it(
    'says that the effect was done when the answer comes within the lease',
    inCauseway({ EFFECT_CALL_TIMEOUT_MS: '6000' }, async (causeway) => {
      const { perform } = providers.slack;
      await causeway.sandbox.fault({ connector: 'slack', operation: perform, fault: 'slow', delayMs: 4_000 });
      const [id = ''] = await post(causeway, 'slack');
      await cancelDuringCall(causeway, id);
      const cancelled = await finished(causeway, id);
      expect(cancelled).toMatchObject({
        failure: { class: 'Canceled' },
        actions: [{ effect: { state: 'confirmed', attempts: 1 } }],
      });
      expect(await execution(causeway, cancelled)).toMatchObject({ status: 'CANCELLED', failureClass: 'Canceled' });
      expect(await effectsOf(causeway, id)).toHaveLength(1);
    }),
  );
});

async function cancelDuringCall(causeway: Causeway, id: string): Promise<void> {
  await isCalled(causeway, 'slack', 'perform');
  await causeway.client.workflow.getHandle((await causeway.read(id)).workflow.id).cancel();
}

/** Whether the workflow waited by a timer, and whether the lease was over when the event was closed. */
async function waitedFor(causeway: Causeway, event: EventView) {
  const { events } = await causeway.client.workflow.getHandle(event.workflow.id).fetchHistory();
  const { rows } = await causeway.queries.execute<{ leaseOver: boolean }>(sql`
    select e.finished_at >= f.attempt_lease_until as "leaseOver" from events e join effects f on f.event_id = e.id
    where e.id = ${event.id}`);
  const timer = (events ?? []).some((each) => each.timerFiredEventAttributes);
  return { timer, leaseOver: rows[0]?.leaseOver };
}
