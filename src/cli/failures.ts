import { parseArgs } from 'node:util';
import type { Failures } from '../operations/failures.ts';
import type { Command } from './command.ts';
import { formatTable } from './table.ts';

/** `failures`: what failed and was not run again. */
export function failuresCommand(withFailures: <T>(work: (failures: Failures) => Promise<T>) => Promise<T>): Command {
  return {
    name: 'failures',
    summary: 'list failed events by their class',
    help: `Usage: npm run causeway -- failures [--class <class>] [--json]

Lists how many events failed and were not run again, by failure class; docs/runbook.md says what to do about each class.
Refreshes that somebody canceled are not among them: 'jobs --status canceled' lists those.

  --class <class>  the events of that class, the latest 50
  --json           print one JSON object and nothing else`,

    async run(args, output) {
      const { values } = parseArgs({
        args: [...args],
        options: { class: { type: 'string' }, json: { type: 'boolean', default: false } },
      });
      const { class: failureClass } = values;
      if (failureClass === undefined) {
        const classes = await withFailures((failures) => failures.groups());
        if (values.json) output.out(JSON.stringify({ classes }));
        else if (classes.length === 0) output.out('nothing has failed');
        else {
          const rows = classes.map((group) => [
            group.class,
            String(group.count),
            group.oldest,
            group.newest,
            group.examples[0] ?? '',
          ]);
          for (const line of formatTable(['class', 'events', 'oldest', 'newest', 'for example'], rows))
            output.out(line);
        }
        return true;
      }
      const { events, next } = await withFailures((failures) => failures.ofClass(failureClass));
      if (values.json) {
        output.out(JSON.stringify({ events, next }));
        return true;
      }
      if (events.length === 0) {
        output.out(`no event has failed as ${failureClass}`);
        return true;
      }
      const rows = events.map((event) => [
        event.id,
        event.failedAt,
        `${event.type} from ${event.source}`,
        String(event.runs),
        String(event.attempts),
        event.message,
      ]);
      for (const line of formatTable(['event', 'failed at', 'what', 'runs', 'attempts', 'why'], rows)) output.out(line);
      if (next !== null) output.out('There are more; GET /ops/failures gives them page by page.');
      return true;
    },
  };
}
