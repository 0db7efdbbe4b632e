import { expect, test } from 'vitest';
import type { PlayedEvent } from './played-event.ts';
import { resultTable } from './table.ts';

const event = (changes: Partial<PlayedEvent> = {}): PlayedEvent => ({
  title: 'quiet deal',
  id: '1',
  source: 'product',
  type: 'proposal.viewed',
  mode: 'rules',
  batch: false,
  outcome: 'undecided',
  decidedBy: 'none',
  ruleId: null,
  modelConfidence: null,
  consent: null,
  actions: [],
  effects: [],
  acceptToDoneMs: 100,
  ok: true,
  ...changes,
});
const rows = (...events: PlayedEvent[]) =>
  resultTable(events)
    .slice(2)
    .map((line) => line.split(/ {2,}/));

test('events that went alike are one line, with their count and the time that the shortest and the longest took', () => {
  const alike = [event(), event({ acceptToDoneMs: 300 }), event({ acceptToDoneMs: 200 })];
  const cells = ['rules', '3 x product proposal.viewed: quiet deal', 'undecided', 'none', '-', '-', '100 to 300'];
  expect(rows(...alike)).toEqual([cells]);
});

test('one that went otherwise than its like is a line of its own, and says so', () => {
  const lines = rows(event(), event({ ok: false }), event({ decidedBy: 'model', modelConfidence: 0.8 }));
  expect(lines.map((cells) => cells.at(-1))).toEqual(['100', '100, NOT AS EXPECTED', '100']);
  expect(lines.map((cells) => cells[2])).toEqual(['undecided', 'undecided', 'undecided, confidence 0.8']);
});

test('the modes follow each other, and leads come last', () => {
  const modes = [null, 'compliance', 'rules-then-model', 'rules', 'model-first'] as const;
  const lines = rows(...modes.map((mode) => event({ mode, ...(mode === null && { source: 'website' }) })));
  expect(lines.map(([mode]) => mode)).toEqual(['rules', 'rules-then-model', 'model-first', 'compliance', 'a lead']);
});

test('a rule that matched without consent is not what is shown as the reason', () => {
  const [cells] = rows(event({ mode: 'compliance', ruleId: 'stalled', decidedBy: 'rules', consent: false }));
  expect(cells?.[2]).toBe('no consent on record');
});
