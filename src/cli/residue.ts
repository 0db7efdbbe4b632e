import { parseArgs } from 'node:util';
import type { ResidueScan } from '../operations/residue.ts';
import { type Command, UsageError } from './command.ts';
import { formatTable } from './table.ts';

const maxTexts = 100;

/** `residue`: looks for texts in everything that is kept. Succeeds when none is found. */
export function residueCommand(scan: ResidueScan, readInput: () => Promise<string>): Command {
  return {
    name: 'residue',
    summary: 'look for texts, such as an address, in everything that is kept',
    help: `Usage: npm run causeway -- residue [--files <file or folder>]... < texts

Reads texts from standard input, one a line (so that none of them stands in the history of your shell), and looks for them in
every row of every table, in what is sealed and still opens, in the warehouse, in every history that Temporal keeps, decrypted, and
in the files that you name, such as logs. Says where and how often, never what. It reads everything, and takes its time.`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { files: { type: 'string', multiple: true, default: [] } },
      });
      if (positionals.length > 0) throw new UsageError('give the texts on standard input, one a line');
      const texts = (await readInput()).split('\n').flatMap((line) => (line.trim().length < 3 ? [] : [line.trim()]));
      if (texts.length === 0 || texts.length > maxTexts)
        throw new UsageError(`give 1 to ${maxTexts} texts of at least three characters on standard input, one a line`);
      const { looked, found } = await scan(texts, values.files);
      const rows = Object.entries(found).map(([where, count]) => [where, String(count)]);
      if (rows.length > 0) for (const line of formatTable(['where', 'found'], rows)) output.out(line);
      output.out(`${rows.length === 0 ? 'nothing found' : 'found'}, after a look through ${looked.join(', ')}`);
      return rows.length === 0;
    },
  };
}
