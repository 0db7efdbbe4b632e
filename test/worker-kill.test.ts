import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { contestedDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { startProgram } from './program.ts';

/**
 * Protects effects from the death of a worker: a real process is killed when two events (a message and a draft) have just
 * had their effect and two others have not; another one takes over, and every event ends with its one effect.
 */

const deadlineMs = 120_000;

interface Moment {
  name: string;
  /** What the providers do from now on, before the events are posted. */
  arrange(causeway: Causeway): Promise<unknown>;
  reached(causeway: Causeway): Promise<boolean>;
}

const providers = [
  ['slack', 'chat.postMessage', 'conversations.history'],
  ['gmail', 'drafts.create', 'drafts.list'],
] as const;

/** Does the next effect at once and holds its answer back, for longer than anybody waits. */
async function answerLate({ sandbox }: Causeway): Promise<void> {
  for (const [connector, operation] of providers) await sandbox.fault({ connector, operation, fault: 'slow' });
}

async function count({ queries }: Causeway, rows: ReturnType<typeof sql>): Promise<number> {
  const result = await queries.execute<{ count: number }>(sql`select count(*)::int as count from ${rows}`);
  return result.rows[0]?.count ?? 0;
}

const afterTheEffect = [
  {
    name: 'as soon as it was done',
    arrange: answerLate,
    reached: async ({ sandbox }) => (await sandbox.effects()).length === 2,
  },
  {
    name: 'when the wait for its answer was given up',
    arrange: answerLate,
    reached: async (causeway) =>
      (await count(causeway, sql`effects where failure_class is not null or state = 'confirmed'`)) === 2,
  },
  {
    name: 'while the provider was being asked for it',
    async arrange(causeway) {
      await answerLate(causeway);
      for (const [connector, , operation] of providers)
        await causeway.sandbox.fault({ connector, operation, fault: 'slow' });
    },
    reached: async ({ sandbox }) => (await sandbox.calls('gmail', 'drafts.list')) > 0,
  },
] as const satisfies Moment[];

const beforeTheEffect = [
  {
    name: 'while the deal was looked up',
    arrange: ({ sandbox }) =>
      sandbox.fault({ connector: 'hubspot', operation: 'deals.read', fault: 'timeout', times: 2 }),
    reached: async ({ sandbox }) => (await sandbox.calls('hubspot', 'deals.read')) >= 4,
  },
  {
    name: 'when the event had begun to run',
    arrange: async () => undefined,
    reached: async (causeway) => (await count(causeway, sql`events where state <> 'accepted'`)) === 4,
  },
  {
    name: 'when the decision was stored',
    arrange: async () => undefined,
    reached: async (causeway) => (await count(causeway, sql`decisions`)) === 4,
  },
] as const satisfies Moment[];

/** Posts an event that leads to a message and one that leads to a draft, and waits for the moment; returns their ids. */
async function postUntil(causeway: Causeway, moment: Moment): Promise<string[]> {
  const [alerted, drafted] = [newId(), newId()];
  await causeway.sandbox.put('deals', String(alerted), contestedDeal());
  await causeway.sandbox.put('deals', String(drafted), stalledDeal());
  await moment.arrange(causeway);
  const { body } = await causeway.post([dealChange(alerted), dealChange(drafted)]);
  await eventually(moment.name, async () => (await moment.reached(causeway)) || undefined, deadlineMs);
  return body.events.map(({ id }) => id);
}

async function effectsOf({ sandbox }: Causeway, ids: readonly string[]): Promise<string[]> {
  const effects = await sandbox.effects();
  return ids.flatMap((id) => effects.filter(({ key }) => key.includes(id)).map(({ connector }) => connector));
}

async function takeOver(causeway: Causeway, afterEffect: Moment, beforeEffect: Moment): Promise<void> {
  const { sandbox, configuration } = causeway;
  const first = await startProgram('worker', configuration);
  const done = await postUntil(causeway, afterEffect);
  const notDone = await postUntil(causeway, beforeEffect);
  await first.kill();
  const asked = await Promise.all(providers.map(([connector, perform]) => sandbox.calls(connector, perform)));

  const second = await startProgram('worker', configuration);
  for (const id of done) {
    expect(await causeway.finished(id, deadlineMs)).toMatchObject({
      state: 'done',
      outcome: 'acted',
      // Confirmed by asking: nobody tried again.
      actions: [{ effect: { state: 'confirmed', attempts: 1 } }],
    });
  }
  for (const id of notDone) {
    expect(await causeway.finished(id, deadlineMs)).toMatchObject({
      state: 'done',
      outcome: 'acted',
      actions: [{ effect: { state: 'confirmed' } }],
    });
  }
  await second.kill();
  expect(await effectsOf(causeway, done)).toEqual(['slack', 'gmail']);
  expect(await effectsOf(causeway, notDone)).toEqual(['slack', 'gmail']);
  expect(await sandbox.effects()).toHaveLength(4);
  for (const [index, [connector, perform, find]] of providers.entries()) {
    expect(await sandbox.calls(connector, find)).toBeGreaterThan(0);
    expect(await sandbox.calls(connector, perform)).toBeLessThanOrEqual((asked[index] ?? 0) + 1);
  }
}

const [done, givenUp, beingAsked] = afterTheEffect;
const [lookedUp, begun, decided] = beforeTheEffect;
const kills: [Moment, Moment][] = [
  [done, lookedUp],
  [givenUp, begun],
  [beingAsked, decided],
];

describe.concurrent('a worker is killed', { timeout: 2 * deadlineMs }, () => {
  it.each(kills.map(([after, before]) => [after.name, before.name, after, before] as const))(
    'after an effect, %s, and before one, %s: the next worker confirms the one by asking, and does the other, once',
    async (_after, _before, after, before) => {
      // Calls are short, so that leases are.
      const causeway = await startCauseway({ worker: false, environment: { EFFECT_CALL_TIMEOUT_MS: '2000' } });
      try {
        await takeOver(causeway, after, before);
        expect(await count(causeway, sql`effects where state <> 'confirmed'`)).toBe(0);
      } finally {
        await causeway.close();
      }
    },
  );
});
