import type { PlayedEvent } from './play.ts';

const headings = ['event', 'decision', 'by', 'action', 'effect', 'ms'];

/** The result as people read it: one line an event, columns as wide as they need to be. */
export function formatTable(events: readonly PlayedEvent[]): string {
  const rows = events.map((event) => [
    `${event.title} (${event.type})`,
    event.ruleId ?? event.outcome ?? '',
    event.decidedBy,
    event.actions.map(({ type }) => type).join(', ') || '-',
    event.effects.map(({ connector, operation }) => `${connector} ${operation}`).join(', ') || '-',
    `${event.acceptToDoneMs ?? '-'}${event.ok ? '' : '  NOT AS EXPECTED'}`,
  ]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(headings), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
