import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Warehouse } from '../operations/warehouse.ts';
import { type Command, type Output, UsageError } from './command.ts';
import { formatTable } from './table.ts';

const daysSchema = z.object({
  from: z.iso.date('--from: a day, such as 2026-03-31').optional(),
  to: z.iso.date('--to: a day, such as 2026-03-31').optional(),
});

/** `warehouse`: a look at what analysts have, and the upkeep of its files. */
export function warehouseCommand(
  withWarehouse: <T>(work: (warehouse: Warehouse) => Promise<T>) => Promise<T>,
): Command {
  return {
    name: 'warehouse',
    summary: 'query the leads that analysts have, or compact their files',
    help: `Usage: npm run causeway -- warehouse query "<select>" [--from <day>] [--to <day>] [--json]
       npm run causeway -- warehouse compact [--from <day>] [--to <day>]

query runs one SELECT (DuckDB's SQL) over the view leads, one row a lead event, and prints 1,000 rows at the most. It reads
those files and nothing else. "describe leads" lists the columns; timestamps are UTC.
compact makes one file of the many of each day; it may run at any time.

  --from, --to <day>  days of received_at (UTC), both included; from a bucket only these are downloaded
  --json              print one JSON object and nothing else`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { from: { type: 'string' }, to: { type: 'string' }, json: { type: 'boolean', default: false } },
      });
      const [what, sql, ...more] = positionals;
      const parsed = daysSchema.safeParse(values);
      if (!parsed.success) throw new UsageError(parsed.error.issues.map(({ message }) => message).join('\n'));
      const days = parsed.data;
      if (what === 'query' && sql !== undefined && more.length === 0) {
        const answer = await withWarehouse((warehouse) => warehouse.query(sql, days));
        if (values.json) output.out(JSON.stringify(answer));
        else print(answer, output);
        return true;
      }
      if (what !== 'compact' || sql !== undefined) {
        throw new UsageError(`say 'warehouse query "<select>"', with the statement in quotes, or 'warehouse compact'`);
      }
      const compacted = await withWarehouse((warehouse) => warehouse.compact(days));
      if (values.json) output.out(JSON.stringify({ days: compacted }));
      else if (compacted.length === 0) output.out('nothing to compact: no day has more than one file');
      else {
        const rows = compacted.map(({ day, files, rows: count }) => [day, String(files), String(count)]);
        for (const line of formatTable(['day', 'files made one', 'rows'], rows)) output.out(line);
      }
      return true;
    },
  };
}

function print({ columns, rows, cut }: Awaited<ReturnType<Warehouse['query']>>, output: Output): void {
  const shown = rows.map((row) => row.map((cell) => inCell(cell)));
  for (const line of formatTable(columns, shown)) output.out(line);
  output.out(
    cut ? `the first ${rows.length} rows; there are more` : `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`,
  );
}

/** A sender's control characters and changes of direction must not reach the terminal. */
const inCell = (cell: unknown): string =>
  (typeof cell === 'string' ? cell : (JSON.stringify(cell) ?? '')).replaceAll(/\p{Cc}|\p{Cf}/gu, ' ');
