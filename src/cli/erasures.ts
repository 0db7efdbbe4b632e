import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type SubjectQuery, subjectQuery } from '../domain/erasure.ts';
import type { ErasureView } from '../domain/operator-views.ts';
import type { Erasures } from '../operations/erasures.ts';
import { type Command, CommandFailed, type Output, UsageError } from './command.ts';
import { formatTable } from './table.ts';

export const whomOptions = { email: { type: 'string' }, phone: { type: 'string' }, id: { type: 'string' } } as const;

/** Exactly one of the three options, as a query. */
export function readWhom(values: { email?: string; phone?: string; id?: string }): SubjectQuery {
  const parsed = subjectQuery.safeParse(values);
  if (!parsed.success)
    throw new UsageError(`say whom: ${parsed.error.issues[0]?.message ?? 'one of --email, --phone, --id'}`);
  return parsed.data;
}

/** `erasures`: erases a person, shows how far it is, and verifies a receipt. */
export function erasuresCommand(withErasures: <T>(work: (erasures: Erasures) => Promise<T>) => Promise<T>): Command {
  return {
    name: 'erasures',
    summary: 'erase a person, everywhere, and get a receipt',
    help: `Usage: npm run causeway -- erasures request --email <address> | --phone <number> | --id <id>
       npm run causeway -- erasures show <erasure id>
       npm run causeway -- erasures verify <file with a receipt>

'request' deletes the keys of the person and all that is kept of them, and has every provider that was given something of
them erase it; a worker does so in the background. An id is that of an event or a lead of theirs, hubspot:<portal>:<contact>,
coresignal:<member>, or lusha:<contact>.
'show' says how far it is, and prints the signed receipt once nothing is left. 'verify' says whether a receipt is ours, unchanged.`,

    async run(args, output) {
      const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: whomOptions });
      const [verb, what, ...more] = positionals;
      if (verb === 'request' && what === undefined)
        return withErasures((erasures) => ask(erasures, readWhom(values), output));
      if (what === undefined || more.length > 0) throw new UsageError("say 'request', 'show <id>' or 'verify <file>'");
      if (verb === 'show') return withErasures((erasures) => show(erasures, what, output));
      if (verb === 'verify') return withErasures((erasures) => verify(erasures, what, output));
      throw new UsageError("say 'request', 'show <id>' or 'verify <file>'");
    },
  };
}

async function ask(erasures: Erasures, wish: SubjectQuery, output: Output): Promise<boolean> {
  const asked = await erasures.request(wish, 'operator (cli)');
  if (asked === 'unknown_event') output.error('no event and no lead has this id');
  else if (asked === 'not_a_person') output.error('that event is about no person whose key is still there');
  else {
    output.out(`the erasure ${asked.id} is under way`);
    output.out(`see how far it is: npm run causeway -- erasures show ${asked.id}`);
  }
  return typeof asked === 'object';
}

async function show(erasures: Erasures, id: string, output: Output): Promise<boolean> {
  const erasure = /^[0-9a-f-]{36}$/.test(id) ? await erasures.read(id) : undefined;
  if (!erasure) {
    output.error('no erasure has this id');
    return false;
  }
  for (const line of lines(erasure)) output.out(line);
  return erasure.state !== 'failed';
}

function lines({ state, requestedAt, erasedAt, stores, failure, receipt }: ErasureView): string[] {
  const rows = stores.map(({ name, removed }) => [name, String(removed)]);
  return [
    `${state}, asked for at ${requestedAt}${erasedAt === null ? '' : `, keys deleted at ${erasedAt}`}`,
    ...(failure ? [`${failure.class}: ${failure.message}`] : []),
    ...(rows.length > 0 ? formatTable(['store', 'removed'], rows) : []),
    ...(receipt === null ? [] : [receipt]),
  ];
}

/** The last line that is a JSON Web Signature: the file may be all that 'show' printed. */
const receiptIn = (text: string): string => text.match(/^[\w-]+\.[\w-]+\.[\w-]+$/gm)?.at(-1) ?? '';

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new CommandFailed(`${file} cannot be read; name the file that holds the receipt`);
  }
}

async function verify(erasures: Erasures, file: string, output: Output): Promise<boolean> {
  const said = await erasures.verify(receiptIn(await textOf(file)));
  if (said === undefined) output.error('this receipt was not signed here, or it was changed');
  else output.out(JSON.stringify(said, null, 2));
  return said !== undefined;
}
