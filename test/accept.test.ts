import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParsedEvent } from '../src/domain/incoming.ts';
import { createStarter } from '../src/intake/starter.ts';
import { startCauseway, type Answer, type Causeway } from './causeway.ts';
import { countEvents, eventRow, eventRows, wholeRow } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { ids, intakeOf, parsedEvent, statuses } from './parsed-event.ts';
import { openSession, type Session } from './session.ts';

/** Protects what a sender relies on: an event counts once, however often, by whomever and beside whatever it is posted. */

describe('an event that many senders post at the same time', () => {
  let causeway: Causeway;
  beforeAll(async () => {
    causeway = await startCauseway();
  });
  afterAll(() => causeway.close());

  /** A sender that is told to try again does. */
  const postUntilTaken = (batch: unknown): Promise<Answer['body']> =>
    eventually('the batch is taken', async () => {
      const { status, body } = await causeway.post(batch);
      if (status === 503) return undefined;
      expect(status).toBe(202);
      return body;
    });

  it('is one row, one workflow and one effect, and every answer names it', async () => {
    const dealId = newId();
    await causeway.sandbox.put('deals', String(dealId), contestedDeal());
    const batch = [dealChange(dealId)];
    const answers = await Promise.all(Array.from({ length: 100 }, () => postUntilTaken(batch)));

    const events = answers.flatMap((answer) => answer.events);
    expect(events).toHaveLength(100);
    expect(new Set(ids(events)).size).toBe(1);
    expect(events.filter(({ status }) => status === 'accepted')).toHaveLength(1);
    expect(events.filter(({ status }) => status === 'duplicate')).toHaveLength(99);
    const workflowIds = new Set(events.map((event) => ('workflowId' in event ? event.workflowId : '')));

    const event = await causeway.finished(ids(events)[0] ?? '');
    expect(await countEvents(causeway.queries)).toBe(1);
    expect([...workflowIds]).toEqual([event.workflow.id]);
    expect((await causeway.sandbox.effects()).map(({ key }) => key)).toEqual([`${event.id}:notify_ae`]);
    const query = `Lane = '${(await eventRow(causeway.queries, event.id)).lane}'`;
    const executions = await eventually('the workflow can be listed', async () => {
      const found = await Array.fromAsync(causeway.client.workflow.list({ query }));
      return found.length > 0 ? found : undefined;
    });
    expect(executions.map(({ workflowId, runId }) => [workflowId, runId])).toEqual([
      [event.workflow.id, event.workflow.runId],
    ]);
  });
});

describe('the identity and the order of what is accepted', () => {
  let causeway: Causeway;
  let session: Session;
  let receive: ReturnType<typeof intakeOf>;
  beforeAll(async () => {
    causeway = await startCauseway({ worker: false });
    session = await openSession(causeway.configuration.DATABASE_URL);
    receive = intakeOf(causeway);
  });
  afterAll(async () => {
    await session.close();
    await causeway.close();
  });

  it('an event that stands twice in one batch is accepted once and is its own duplicate', async () => {
    const event = dealChange(newId());
    const { status, body } = await causeway.post([event, { ...event, attemptNumber: 1 }, event]);
    expect(status).toBe(202);
    expect(statuses(body.events)).toEqual(['accepted', 'duplicate', 'duplicate']);
    expect(new Set(ids(body.events)).size).toBe(1);
    expect(await eventRows(causeway.queries, ids(body.events))).toHaveLength(1);
  });

  it('the same key with other content is a conflict that changes nothing of the first', async () => {
    const first = parsedEvent({ fingerprint: ['30000'] });
    const [accepted] = await receive([first]);
    const before = await wholeRow(causeway.queries, accepted?.id);
    const other = parsedEvent({
      idempotencyKey: first.idempotencyKey,
      fingerprint: ['30001'],
      event: { eventType: 'ticket.creation', payload: { amount: 30_001 } },
    });
    const answers = [...(await receive([other])), ...(await receive([first]))];
    expect(statuses(answers)).toEqual(['conflict', 'duplicate']);
    expect(ids(answers)).toEqual([accepted?.id, accepted?.id]);
    expect(await wholeRow(causeway.queries, accepted?.id)).toBe(before);
  });

  it('of two that share a key within one batch the first is accepted, and the other is the conflict', async () => {
    // The other happened earlier, so it would come first in the lane: order of time does not choose whose content counts.
    const first = parsedEvent({ event: { eventType: 'first', firedAt: '2026-03-01T10:00:01.000Z' } });
    const other = parsedEvent({
      idempotencyKey: first.idempotencyKey,
      fingerprint: ['other'],
      event: { eventType: 'other', firedAt: '2026-03-01T10:00:00.000Z' },
    });
    const answers = await receive([first, other]);
    expect(statuses(answers)).toEqual(['accepted', 'conflict']);
    expect(new Set(ids(answers)).size).toBe(1);
    expect(await wholeRow(causeway.queries, answers[0]?.id)).toContain('"first"');
  });

  it('the same key is another event for another tenant, another source, or with its parts cut elsewhere', async () => {
    const event = parsedEvent();
    const key = event.idempotencyKey[0] ?? '';
    const parts = (...idempotencyKey: string[]): ParsedEvent => ({ ...event, idempotencyKey });
    const answers = [
      ...(await receive([event])),
      ...(await receive([event], { tenantId: 'other' })),
      ...(await receive([event], { source: 'other' })),
      ...(await receive([event], { tenantId: 'defaulthub', source: 'spot' })),
      ...(await receive([parts(key.slice(0, 2), key.slice(2))])),
      ...(await receive([parts(key.slice(0, 3), key.slice(3))])),
    ];
    expect(statuses(answers)).toEqual(answers.map(() => 'accepted'));
    expect(new Set(ids(answers)).size).toBe(answers.length);
    // Workflows of all tenants share one namespace, so that their ids have to differ too.
    expect(new Set(answers.map((answer) => 'workflowId' in answer && answer.workflowId)).size).toBe(answers.length);
    const lanes = await Promise.all(ids(answers.slice(0, 2)).map((id) => eventRow(causeway.queries, id)));
    expect(lanes[0]?.lane).not.toBe(lanes[1]?.lane);
  });

  it('a key that another lane is taking at this moment is waited for, and then recognised', async () => {
    const event = parsedEvent();
    const elsewhere = parsedEvent({ idempotencyKey: event.idempotencyKey, fingerprint: ['other'] });
    const before = await countEvents(causeway.queries);
    const answers = await session.holdingCommits(async (release) => {
      const first = receive([event]);
      await session.waiting(1);
      const others = Promise.all([receive([{ ...event, lane: ['elsewhere'] }]), receive([elsewhere])]);
      await session.waiting(3);
      await release();
      return [...(await first), ...(await others).flat()];
    });
    expect(statuses(answers)).toEqual(['accepted', 'duplicate', 'conflict']);
    expect(new Set(ids(answers)).size).toBe(1);
    expect(await countEvents(causeway.queries)).toBe(before + 1);
  });

  it('a batch enters its lane in the order in which things happened; what happened together, as it was sent', async () => {
    const dealId = newId();
    const now = Date.now();
    const at = [3, 1, 2, 1].map((second) => dealChange(dealId, { occurredAt: now + second * 1_000 }));
    const { body } = await causeway.post(at);
    const [third, first, second, firstToo] = ids(body.events);
    const rows = await eventRows(causeway.queries, ids(body.events));
    expect(ids(rows)).toEqual([first, firstToo, second, third]);
    expect(ids(rows.slice(1).filter(({ claimed }) => claimed))).toEqual([]);
  });

  it('an accepted event counts as running only when its workflow has taken its first step', async () => {
    const { body } = await causeway.post([dealChange(newId())]);
    const [event] = body.events;
    const handle = causeway.client.workflow.getHandle(event && 'workflowId' in event ? event.workflowId : '');
    const status = await eventually('the workflow is started', async () => {
      await createStarter(causeway).sweep();
      return handle.describe().then(
        (description) => description.status.name,
        () => undefined,
      );
    });
    expect(status).toBe('RUNNING');
    expect((await eventRow(causeway.queries, event?.id)).state).toBe('accepted');
  });
});
