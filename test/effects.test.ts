import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import type { Causeway, ReadView } from './causeway.ts';
import {
  called,
  type Connector,
  confirmed,
  connectors,
  effectsOf,
  execution,
  finished,
  inCauseway,
  post,
  providers,
} from './effect-runs.ts';
import { runServer } from './running-sandbox.ts';

/** Protects effects through the whole spine, whatever a provider does: at most once each, and every failure said by its class. */

// Most of the time is spent waiting for providers to settle; more at once would only slow each other down.
vi.setConfig({ testTimeout: 120_000, maxConcurrency: 3 });

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
async function lastFailure(causeway: Causeway, event: ReadView) {
  const { events } = await causeway.client.workflow.getHandle(event.workflow.id).fetchHistory();
  const failures = (events ?? []).map((each) => each.activityTaskStartedEventAttributes?.lastFailure);
  return failures.find((failure) => failure)?.applicationFailureInfo;
}
