import { expect, test } from 'vitest';
import type { EventView } from '../../domain/event-view.ts';
import { playedEvent } from './played-event.ts';

const expected = { mode: null, decidedBy: 'none', effects: [] } as const;
const view = (state: EventView['actions'][number]['effect']['state']): EventView => ({
  id: '1',
  tenantId: 'default',
  source: 'website',
  type: 'lead.submitted',
  state: 'done',
  outcome: 'captured',
  correlationId: '1',
  receivedAt: '2026-03-31T12:00:00.000Z',
  finishedAt: '2026-03-31T12:00:01.000Z',
  jobId: null,
  refreshes: [],
  decision: null,
  actions: [
    {
      type: 'index_lead',
      target: 'default',
      priority: 'standard',
      effect: { key: '1', state, attempts: 1, receipt: null },
    },
  ],
  failure: null,
  workflow: { id: 'evt:1:0', runId: null, url: '' },
});

test.each([
  ['confirmed', true],
  ['skipped', true],
  ['intent', false],
  ['refused', false],
  ['unknown', false],
] as const)('an action whose effect no vendor shows, and that is %s: %s', (state, ok) =>
  expect(playedEvent({ title: '', expected }, view(state), []).ok).toBe(ok),
);
