import { parseArgs } from 'node:util';
import type { Retention } from '../operations/retention.ts';
import type { Command } from './command.ts';
import { formatTable } from './table.ts';

/** `retention`: what is too old, and one round of taking it. */
export function retentionCommand(
  withRetention: <T>(work: (retention: Retention) => Promise<T>) => Promise<T>,
): Command {
  return {
    name: 'retention',
    summary: 'show what was kept for long enough, or take it at once',
    help: `Usage: npm run causeway -- retention [--apply] [--json]

Shows how much of each class has been kept for as long as causeway.yaml says, and goes with the next run of the schedule. Counted up to
10,000; keys that nothing refers to are not counted.

  --apply  take it now, in one round: classes of which more is left say so
  --json   print one JSON object and nothing else`,

    async run(args, output) {
      const { values } = parseArgs({
        args: [...args],
        options: { apply: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
      });
      const rows = await withRetention(async (retention) =>
        values.apply
          ? (await retention.apply('operator (cli)')).map(({ left, ...row }) => ({ ...row, more: left }))
          : retention.forecast(),
      );
      if (values.json) output.out(JSON.stringify({ applied: values.apply, classes: rows }));
      else if (rows.length === 0)
        output.out('everything is kept for good: causeway.yaml names no days under retention');
      else {
        const table = rows.map(({ name, days, rows: count, more }) => [
          name,
          String(days),
          `${count}${more ? ', and more' : ''}`,
        ]);
        for (const line of formatTable(['class', 'kept for days', values.apply ? 'gone' : 'to go'], table))
          output.out(line);
      }
      return true;
    },
  };
}
