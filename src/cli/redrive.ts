import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { RedriveSelection } from '../domain/operator-views.ts';
import type { Redrives } from '../operations/redrives.ts';
import { type Command, type Output, UsageError } from './command.ts';
import { formatTable } from './table.ts';

/** `redrive`: runs failed events again. Succeeds when at least one was, or would be. */
export function redriveCommand(withRedrives: <T>(work: (redrives: Redrives) => Promise<T>) => Promise<T>): Command {
  return {
    name: 'redrive',
    summary: 'run failed events again',
    help: `Usage: npm run causeway -- redrive <event id | failure class> [--dry-run]

Runs one failed event again, or all of a class (1,000 at the most), under the same key: each goes behind what waits in its
lane, and effects that are confirmed are not done again. An event that is not failed stays as it is.

  --dry-run  say what would run, and change nothing`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { 'dry-run': { type: 'boolean', default: false } },
      });
      const [what, ...more] = positionals;
      if (what === undefined || more.length > 0) throw new UsageError('name one event id, or one failure class');
      const selection: RedriveSelection = z.uuid().safeParse(what).success ? { eventIds: [what] } : { class: what };

      const isClass = 'class' in selection;
      if (values['dry-run']) {
        const forecast = await withRedrives((redrives) => redrives.foresee(selection));
        const rows = forecast.events.map(({ eventId, result }) => [
          eventId,
          result === 'redriven' ? 'would run' : result,
        ]);
        if (rows.length > 0) for (const line of formatTable(['event', 'result'], rows)) output.out(line);
        explain(forecast.events, output);
        output.out(`${forecast.redriven} would run again, ${forecast.skipped} would be skipped; nothing was changed`);
        if (isClass && forecast.matched === 0) output.out(noneFailed);
        if (forecast.note !== undefined) output.out(forecast.note);
        return forecast.redriven > 0;
      }
      const { receipt, redrive } = await withRedrives(async (redrives) => {
        const started = await redrives.start(selection, 'operator (cli)');
        return { receipt: started, redrive: await redrives.read(started.id) };
      });
      const skipped = (redrive?.items ?? []).filter(({ result }) => result !== 'redriven');
      if (skipped.length > 0) {
        const rows = skipped.map(({ eventId, result }) => [eventId, result]);
        for (const line of formatTable(['event', 'skipped, since it is'], rows)) output.out(line);
        explain(skipped, output);
      }
      output.out(`${receipt.redriven} run again, ${receipt.skipped} skipped (redrive ${receipt.id})`);
      if (isClass && receipt.redriven + receipt.skipped === 0) output.out(noneFailed);
      if (receipt.note !== undefined) output.out(receipt.note);
      return receipt.redriven > 0;
    },
  };
}

const noneFailed = 'no event that failed has this class; the classes there are: npm run causeway -- failures';

function explain(events: readonly { eventId: string; explanation?: string }[], output: Output): void {
  for (const { eventId, explanation } of events)
    if (explanation !== undefined) output.out(`${eventId}: ${explanation}`);
}
