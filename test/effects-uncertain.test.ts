import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { createRedrive } from './redrive-one.ts';
import { createStarter } from '../src/intake/starter.ts';
import type { Causeway, ReadView } from './causeway.ts';
import {
  called,
  confirmed,
  connectors,
  effectsOf,
  execution,
  finished,
  inCauseway,
  isCalled,
  post,
  providers,
} from './effect-runs.ts';

/** Protects the end of an event whose effect nobody can vouch for: not before the last lease is over, and said as what it is. */

// Most of the time is spent waiting for providers to settle; more at once would only slow each other down.
vi.setConfig({ testTimeout: 120_000, maxConcurrency: 3 });

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
async function waitedFor(causeway: Causeway, event: ReadView) {
  const { events } = await causeway.client.workflow.getHandle(event.workflow.id).fetchHistory();
  const { rows } = await causeway.queries.execute<{ leaseOver: boolean }>(sql`
    select e.finished_at >= f.attempt_lease_until as "leaseOver" from events e join effects f on f.event_id = e.id
    where e.id = ${event.id}`);
  const timer = (events ?? []).some((each) => each.timerFiredEventAttributes);
  return { timer, leaseOver: rows[0]?.leaseOver };
}
