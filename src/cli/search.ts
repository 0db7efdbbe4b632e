import { parseArgs } from 'node:util';
import type { SearchIndex } from '../operations/search-index.ts';
import { type Command, UsageError } from './command.ts';

/** `search`: how the index stands to the leads, and building it anew. */
export function searchCommand(withSearch: <T>(work: (index: SearchIndex) => Promise<T>) => Promise<T>): Command {
  return {
    name: 'search',
    summary: 'show the state of the search index, or build it anew',
    help: `Usage: npm run causeway -- search [--json]
       npm run causeway -- search rebuild [--json]

Alone it shows which engine answers, and how many leads it has of those in PostgreSQL.
rebuild makes a new index from PostgreSQL and puts it in the place of the old one, which answers until then. It may run at any time,
one at a time: what is captured meanwhile is in the new index, what is erased meanwhile is not.

  --json  print one JSON object and nothing else`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { json: { type: 'boolean', default: false } },
      });
      const [what, ...more] = positionals;
      if (more.length > 0 || (what !== undefined && what !== 'rebuild')) {
        throw new UsageError(`say 'search' or 'search rebuild'`);
      }
      if (what === undefined) {
        const status = await withSearch((index) => index.status());
        if (values.json) output.out(JSON.stringify(status));
        else {
          output.out(`engine     ${status.engine}`);
          output.out(`index      ${status.index ?? 'none yet; it is made with the first lead, or by search rebuild'}`);
          output.out(`documents  ${status.documents}`);
          output.out(`leads      ${status.leads} in PostgreSQL`);
        }
        return true;
      }
      const rebuilt = await withSearch((index) => index.rebuild());
      if (values.json) output.out(JSON.stringify(rebuilt));
      else {
        const { index, leads, again, removed } = rebuilt;
        output.out(
          `${index} is searched now: ${leads} leads, ${again} of them read again since they are new or changed`,
        );
        if (removed > 0) output.out(`${removed} documents taken out whose leads are gone`);
      }
      return true;
    },
  };
}
