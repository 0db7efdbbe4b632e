import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hubspotWebhook } from '../sandbox/hubspot/webhook.ts';
import { receipt } from '../src/domain/received.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { countEvents, eventRows, overlaps } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { dealChange, newId } from './hubspot-events.ts';
import { createOwnServer, type OwnServer } from './own-server.ts';
import { startProgram } from './program.ts';
import { freePorts } from '../src/main/world/ports.ts';

/** Protects what was promised while a server that we need is away: 202 only for what is kept, and back to work by itself. */

/** HubSpot waits as long for an answer; a request that takes longer fails these tests. */
const hubspotWaitsMs = 5_000;

async function post(causeway: Pick<Causeway, 'configuration' | 'url'>, events: readonly unknown[]) {
  const { HUBSPOT_WEBHOOK_URL, HUBSPOT_CLIENT_SECRET: secret } = causeway.configuration;
  const request = hubspotWebhook({ url: HUBSPOT_WEBHOOK_URL, secret, events, nowMs: Date.now() });
  const response = await fetch(`${causeway.url}/webhooks/hubspot`, {
    ...request,
    signal: AbortSignal.timeout(hubspotWaitsMs),
  });
  const body: unknown = await response.json();
  return {
    status: response.status,
    retryAfter: Number(response.headers.get('retry-after')),
    events: response.status === 202 ? receipt.parse(body).events : [],
  };
}

/** As HubSpot does it: the same batch again until it is taken. */
const postUntilTaken = (causeway: Causeway, batch: readonly unknown[]) =>
  eventually('the batch is taken', async () => {
    const answer = await post(causeway, batch).catch(() => undefined);
    return answer?.status === 202 ? answer.events : undefined;
  });

const readiness = z.object({ status: z.string(), checks: z.record(z.string(), z.string()) });
async function readyz({ url }: Pick<Causeway, 'url'>) {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(hubspotWaitsMs) });
  return { code: response.status, ...readiness.parse(await response.json()) };
}

/** Three batches about the same three deals. */
function lanes() {
  const deals = [newId(), newId(), newId()];
  return [0, 1, 2].map((round) => deals.map((deal) => dealChange(deal, { occurredAt: Date.now() + round })));
}

const untilAllUp = (causeway: Causeway) =>
  eventually('every part is up', async () => {
    const { code, checks } = await readyz(causeway);
    return code === 200 && Object.values(checks).every((check) => check === 'up') ? true : undefined;
  });

const finishAll = async (causeway: Causeway, ids: readonly string[]) => {
  for (const id of ids) expect(await causeway.finished(id)).toMatchObject({ id, state: 'done' });
};

describe('PostgreSQL', () => {
  let postgres: OwnServer;
  let causeway: Causeway;
  beforeAll(async () => {
    postgres = await createOwnServer('postgres');
    await postgres.start();
    causeway = await startCauseway({ environment: { DATABASE_URL: postgres.databaseUrl } });
  });
  afterAll(async () => {
    await causeway.close();
    await postgres.close();
  });

  it('stopped: 503 with Retry-After at once; back again, the same batches are taken and all runs to its end', async () => {
    const before = (await post(causeway, [dealChange(newId()), dealChange(newId())])).events;
    expect(await readyz(causeway)).toMatchObject({ code: 200 });
    await postgres.stop();

    // More at once than there are connections, so that none of them is left behind broken.
    const batches = Array.from({ length: 20 }, () => [dealChange(newId()), dealChange(newId())]);
    const refused = await Promise.all(batches.map((batch) => post(causeway, batch)));
    expect(refused.map(({ status, retryAfter }) => status === 503 && retryAfter > 0)).toEqual(batches.map(() => true));
    expect(await readyz(causeway)).toMatchObject({ code: 503, status: 'not ready', checks: { temporal: 'up' } });
    await expect(causeway.read(before[0]?.id ?? '')).rejects.toThrow('503');

    await postgres.start();
    const taken = await Promise.all(batches.map((batch) => postUntilTaken(causeway, batch)));
    expect(taken.flat().map(({ status }) => status)).toEqual(batches.flat().map(() => 'accepted'));
    expect(await readyz(causeway)).toMatchObject({ code: 200, status: 'ready' });
    await finishAll(
      causeway,
      [...before, ...taken.flat()].map(({ id }) => id),
    );
  });

  it('frozen: 503 before HubSpot gives up; when it goes on the batch is there once', async () => {
    const batch = [dealChange(newId()), dealChange(newId())];
    const before = await countEvents(causeway.queries);
    await postgres.freeze();
    try {
      expect(await post(causeway, batch)).toMatchObject({ status: 503, retryAfter: 5 });
      expect((await readyz(causeway)).code).toBe(503);
    } finally {
      await postgres.thaw();
    }
    await finishAll(
      causeway,
      (await postUntilTaken(causeway, batch)).map(({ id }) => id),
    );
    expect(await countEvents(causeway.queries)).toBe(before + batch.length);
  });

  it('killed with kill -9 under a stream of posts: what got a 202 is there, runs, and is not there twice', async () => {
    const before = await countEvents(causeway.queries);
    const batches = Array.from({ length: 60 }, () => [dealChange(newId()), dealChange(newId())]);
    const answers: Awaited<ReturnType<typeof post>>[] = [];
    const waiting = [...batches.entries()];
    let killed: Promise<void> | undefined;
    const send = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, batch] = next;
        answers[index] = await post(causeway, batch);
        if (answers.filter(({ status }) => status === 202).length >= 15) killed ??= postgres.kill();
      }
    };
    await Promise.all([send(), send(), send(), send()]);
    await killed;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 503]));

    await postgres.start();
    const promised = answers.flatMap(({ events }) => events.map(({ id }) => id));
    await postUntilTaken(causeway, [dealChange(newId())]);
    expect(await eventRows(causeway.queries, promised)).toHaveLength(promised.length);
    const again = await Promise.all(batches.map((batch) => postUntilTaken(causeway, batch)));
    const ids = again.flat().map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(promised));
    expect(await countEvents(causeway.queries)).toBe(before + batches.flat().length + 1);
    await finishAll(causeway, ids);
  });
});

describe('Temporal', () => {
  let temporal: OwnServer;
  let causeway: Causeway;
  beforeAll(async () => {
    temporal = await createOwnServer('temporal');
    await temporal.start();
    causeway = await startCauseway({ environment: { TEMPORAL_ADDRESS: temporal.temporalAddress } });
  });
  afterAll(async () => {
    await causeway.close();
    await temporal.close();
  });

  async function expectWaiting(ids: readonly string[]): Promise<void> {
    const rows = await eventRows(causeway.queries, ids);
    expect(rows.map(({ state }) => state)).toEqual(ids.map(() => 'accepted'));
  }

  it.each(['stop', 'kill'] as const)(
    '%s: events are accepted and wait; back again, they run in the order of their lanes',
    async (how) => {
      await untilAllUp(causeway);
      const running = (await post(causeway, [dealChange(newId()), dealChange(newId())])).events.map(({ id }) => id);
      await temporal[how]();

      const ids: string[] = [];
      for (const batch of lanes()) {
        const answer = await post(causeway, batch);
        expect(answer.status).toBe(202);
        ids.push(...answer.events.map(({ id }) => id));
      }
      await expectWaiting(ids);
      const ready = await readyz(causeway);
      expect(ready).toMatchObject({ code: 200, status: 'ready', checks: { postgresql: 'up' } });
      expect(ready.checks['temporal']).not.toBe('up');

      await temporal.start();
      await finishAll(causeway, [...running, ...ids]);
      expect(await overlaps(causeway.queries, ids)).toEqual([]);
      await untilAllUp(causeway);
    },
  );

  it('away from the start: an API process takes events all the same, and they run once it is there', async () => {
    await temporal.stop();
    const [port] = await freePorts(1);
    const api = await startProgram('api', causeway.configuration, { PORT: String(port) });
    try {
      const answers = [];
      for (const batch of lanes()) answers.push(await post({ ...causeway, url: `http://127.0.0.1:${port}` }, batch));
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
      const ids = answers.flatMap(({ events }) => events.map(({ id }) => id));
      await expectWaiting(ids);
      await temporal.start();
      await finishAll(causeway, ids);
      expect(await overlaps(causeway.queries, ids)).toEqual([]);
    } finally {
      await api.stop();
    }
  });
});
