import { parseArgs } from 'node:util';
import type { Lanes } from '../operations/lanes.ts';
import type { Command } from './command.ts';
import { formatTable } from './table.ts';

/** `lanes`: what runs and what waits. */
export function lanesCommand(lanes: Lanes): Command {
  return {
    name: 'lanes',
    summary: 'list what runs and what waits',
    help: `Usage: npm run causeway -- lanes [--json]

Lists the lanes in which something is open, the one whose head is the oldest first; 100 at the most.`,

    async run(args, output) {
      const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } });
      const found = await lanes();
      if (values.json) output.out(JSON.stringify({ lanes: found }));
      else if (found.length === 0) output.out('nothing is open');
      else {
        const rows = found.map(({ lane, headId, state, headAgeMs, waiting }) => [
          lane,
          headId,
          state,
          `${(headAgeMs / 1_000).toFixed(1)} s`,
          String(waiting),
        ]);
        for (const line of formatTable(['lane', 'head', 'state', 'age', 'waiting'], rows)) output.out(line);
      }
      return true;
    },
  };
}
