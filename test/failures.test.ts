import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFailures } from '../src/operations/failures.ts';
import { readCursor } from '../src/operations/cursor.ts';
import { startCauseway, type Causeway } from './causeway.ts';
import { insertKey } from './event-rows.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { insertFailed, operatorOf } from './ops.ts';
import { ids } from './parsed-event.ts';
import { runServer } from './running-sandbox.ts';

/** Protects what an operator sees of failures: each is there, under its class, until it is run again; and it holds up nobody else. */

/** Stands before Slack, and refuses as overloaded whatever names a poisonous deal. */
async function runPoisonedSlack() {
  const refused: string[] = [];
  let target = '';
  const server = await runServer(async (incoming, response) => {
    const body = Buffer.concat(await incoming.toArray());
    const poison = /poison-\d+/.exec(decodeURIComponent(body.toString().replaceAll('+', ' ')))?.[0];
    if (poison !== undefined && incoming.url?.includes('chat.postMessage')) {
      refused.push(poison);
      response.writeHead(429, { 'retry-after': '1', 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: false, error: 'ratelimited' }));
      return;
    }
    try {
      const answer = await fetch(`${target}${incoming.url}`, {
        method: incoming.method ?? 'GET',
        headers: {
          authorization: incoming.headers.authorization ?? '',
          'content-type': incoming.headers['content-type'] ?? '',
        },
        ...(body.length > 0 && { body }),
      });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      response.destroy();
    }
  });
  return {
    url: server.url,
    refused,
    forwardTo: (url: string) => void (target = url.replace(/\/+$/, '')),
    close: () => server.close(),
  };
}

let slack: Awaited<ReturnType<typeof runPoisonedSlack>>;
let causeway: Causeway;
let operator: ReturnType<typeof operatorOf>;
beforeAll(async () => {
  slack = await runPoisonedSlack();
  causeway = await startCauseway({ environment: { SLACK_API_URL: slack.url } });
  slack.forwardTo(causeway.sandbox.slackUrl);
  operator = operatorOf(causeway);
  await insertKey(causeway.queries);
});
afterAll(async () => {
  await slack.close();
  await causeway.close();
});

async function contested(dealname: string): Promise<number> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), { ...contestedDeal(), dealname });
  return dealId;
}

describe('a poisonous event among good ones', () => {
  it('fails after three tries as a Failed execution, is listed with all its context, and the others finish', async () => {
    const name = `poison-${newId()}`;
    const poisonous = await contested(name);
    const good = await Promise.all(Array.from({ length: 8 }, (_, index) => contested(`good ${index}`)));
    const [poison = '', ...others] = ids(
      (await causeway.post([poisonous, ...good].map((dealId) => dealChange(dealId)))).body.events,
    );
    const failed = await causeway.finished(poison);
    for (const id of others) expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });

    expect(failed).toMatchObject({ state: 'failed', failure: { class: 'SlackRateLimited' } });
    expect(slack.refused.filter((refused) => refused === name)).toHaveLength(3);
    const { status } = await causeway.client.workflow.getHandle(failed.workflow.id).describe();
    expect(status.name).toBe('FAILED');
    expect((await operator.get('/ops/failures?class=SlackRateLimited')).body).toEqual({
      events: [
        {
          id: poison,
          source: 'hubspot',
          type: 'deal.propertyChange',
          class: 'SlackRateLimited',
          message: expect.stringMatching(/.+/),
          correlationId: failed.correlationId,
          receivedAt: expect.any(String),
          failedAt: expect.any(String),
          runs: 1,
          attempts: 3,
        },
      ],
      next: null,
    });
    expect(await causeway.metrics.registry.getSingleMetricAsString('dlq_events_total')).toContain(
      'dlq_events_total{class="SlackRateLimited"} 1',
    );
  });

  it('is listed no more once it is run again and done', async () => {
    const refuse = { connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400 } as const;
    await causeway.sandbox.fault(refuse);
    const [id = ''] = ids((await causeway.post([dealChange(await contested('refused once'))])).body.events);
    await causeway.finished(id);
    const listed = async () => JSON.stringify((await operator.get('/ops/failures?class=SlackRejected')).body);
    expect(await listed()).toContain(id);
    expect((await operator.post('/ops/redrives', { eventIds: [id] })).status).toBe(202);
    expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
    expect(await listed()).not.toContain(id);
  });
});

describe('many failures', () => {
  it('are counted by class, with the times of the first and the last and a few examples', async () => {
    const first = await insertFailed(causeway.queries, 7, { failureClass: 'Canceled' });
    const second = await insertFailed(causeway.queries, 2, { failureClass: 'Terminated' });
    const { body } = await operator.get('/ops/failures');
    // Events that are done, and there are some by now, are no failures.
    expect(JSON.stringify(body)).not.toContain('Unknown');
    expect(body).toMatchObject({
      classes: expect.arrayContaining([
        {
          class: 'Canceled',
          count: 7,
          oldest: expect.any(String),
          newest: expect.any(String),
          examples: first.toReversed().slice(0, 3),
        },
        {
          class: 'Terminated',
          count: 2,
          oldest: expect.any(String),
          newest: expect.any(String),
          examples: second.toReversed(),
        },
      ]),
    });
  });

  it('of one class are read page by page, newest first, each once', async () => {
    const inserted = await insertFailed(causeway.queries, 120, { failureClass: 'StepTimeout' });
    const failures = createFailures({ queries: causeway.queries, tenantId: 'default' });
    const read: string[] = [];
    const sizes: number[] = [];
    let after: ReturnType<typeof readCursor>;
    for (let page = 0; page < 5; page += 1) {
      const { events, next } = await failures.ofClass('StepTimeout', after);
      read.push(...ids(events));
      sizes.push(events.length);
      if (next === null) break;
      after = readCursor(next);
    }
    expect(sizes).toEqual([50, 50, 20]);
    expect(read).toEqual(inserted.toReversed());
  });
});
