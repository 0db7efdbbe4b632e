import { formatTable } from '../../cli/table.ts';
import { type DecisionMode, decisionModes } from '../../domain/mode.ts';
import type { PlayedEvent } from './played-event.ts';

const headings = ['mode', 'event', 'decision', 'by', 'action', 'effect', 'ms'];

/** The result as people read it: mode after mode, and one line for all events that went alike. */
export function resultTable(events: readonly PlayedEvent[]): string[] {
  const sorted = events.toSorted((a, b) => placeOf(a.mode) - placeOf(b.mode));
  const alike = Map.groupBy(sorted, (event) => JSON.stringify([event.ok, ...cellsOf(event)]));
  const rows = [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const [mode = '', event = '', ...cells] = cellsOf(first);
    const count = group.length === 1 ? '' : `${group.length} x `;
    return [[mode, `${count}${event}`, ...cells, `${durationOf(group)}${first.ok ? '' : ', NOT AS EXPECTED'}`]];
  });
  return formatTable(headings, rows);
}

/** Leads and role changes, about which nothing is decided, come last. */
const placeOf = (mode: DecisionMode | null): number =>
  mode === null ? decisionModes.length : decisionModes.indexOf(mode);

function cellsOf(event: PlayedEvent): string[] {
  return [
    `${event.mode ?? kindOf(event)}${event.batch ? ', in a batch' : ''}`,
    `${event.source} ${event.type}: ${event.title}`,
    reasonOf(event),
    event.decidedBy,
    event.actions.length > 1 ? `${event.actions.length} actions` : (event.actions[0]?.type ?? '-'),
    effectsOf(event),
  ];
}

const kindOf = ({ source }: PlayedEvent): string => (source === 'website' ? 'a lead' : 'a role change');

/** Of one effect the call that made it, of several who had it. */
function effectsOf({ effects }: PlayedEvent): string {
  const [first, ...more] = effects;
  if (!first) return '-';
  return more.length === 0
    ? `${first.connector} ${first.operation}`
    : effects
        .map(({ connector }) => connector)
        .toSorted()
        .join(', ');
}

/** What settled it: the rule, the missing consent, or how sure the model was. */
function reasonOf({ consent, ruleId, decidedBy, modelConfidence, outcome }: PlayedEvent): string {
  if (consent === false) return 'no consent on record';
  if (decidedBy === 'model' && modelConfidence !== null) return `${outcome}, confidence ${modelConfidence}`;
  return ruleId ?? outcome ?? '-';
}

function durationOf(group: readonly PlayedEvent[]): string {
  const known = group.map(({ acceptToDoneMs }) => acceptToDoneMs).filter((ms) => ms !== null);
  if (known.length === 0) return '-';
  const [shortest, longest] = [Math.min(...known), Math.max(...known)];
  return shortest === longest ? `${shortest}` : `${shortest} to ${longest}`;
}

/** What each mode means, in a line. */
export const explainModes = (): string[] => {
  const width = Math.max(...decisionModes.map((mode) => mode.length));
  return decisionModes.map((mode) => `${mode.padEnd(width)}  ${meanings[mode]}`);
};

const meanings: Readonly<Record<DecisionMode, string>> = {
  rules:
    'the rules alone; where they are silent nothing is done. Types that come in great numbers are decided in batches',
  'rules-then-model': 'the rules, and where they are silent a model is asked',
  'model-first': 'a model; when its answer is not good enough the rules are the fallback',
  compliance: 'the rules alone, and people are written to only with consent on record',
};
