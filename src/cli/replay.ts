import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type Command, CommandFailed, type Output, UsageError } from './command.ts';

/** A recorded execution; `text` is what is kept of it. */
export interface History {
  workflowId: string;
  finished: boolean;
  events: number;
  text: string;
}

export interface ReplayDependencies {
  /** `undefined` when Temporal knows no such execution. */
  fetchHistory: (workflowId: string) => Promise<History | undefined>;
  /** `undefined` when the text is no history. */
  readHistory: (text: string) => Promise<History | undefined> | History | undefined;
  /** Runs it through today's workflow code. */
  replay: (history: History) => Promise<{ result: 'same' } | { result: 'different' | 'failed'; reason: string }>;
  /** The folder in which recorded histories are kept. */
  fixtureFolder: string;
}

/** `replay`: runs a recorded execution through today's workflow code, or records one. */
export function replayCommand(dependencies: ReplayDependencies): Command {
  const { fetchHistory, readHistory, replay, fixtureFolder } = dependencies;
  const kept = relative(process.cwd(), fixtureFolder);

  async function fetched(workflowId: string): Promise<History> {
    const history = await fetchHistory(workflowId);
    if (history) return history;
    throw new CommandFailed(
      `Temporal knows no workflow '${workflowId}', or no longer: it forgets a workflow when its retention is over`,
    );
  }

  async function fromFile(path: string): Promise<History> {
    const history = await readHistory(await readFile(path, 'utf8'));
    if (history) return history;
    throw new CommandFailed(
      `${path} holds no workflow's history; 'temporal workflow show --output json' writes such a file`,
    );
  }

  async function record(workflowId: string, name: string, output: Output): Promise<boolean> {
    const history = await fetched(workflowId);
    if (!history.finished) {
      output.error(`'${workflowId}' is still running; record it when it has finished`);
      return false;
    }
    const path = join(fixtureFolder, `${name}.json`);
    try {
      await writeFile(path, history.text, { flag: 'wx' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      output.error(`${relative(process.cwd(), path)} exists; choose another --name, or remove it first`);
      return false;
    }
    output.out(`recorded: ${history.events} events in ${relative(process.cwd(), path)}`);
    return true;
  }

  return {
    name: 'replay',
    summary: "run a recorded workflow through today's workflow code",
    help: `Usage: npm run replay -- <workflow id | history file>
       npm run replay -- --record <workflow id> [--name <name>]

Replays one execution against today's workflow code, and says whether that code would have done the same. A name that ends
with .json is a file, everything else a workflow id, whose history is fetched from the server at TEMPORAL_ADDRESS.

  --record       keep the history of a finished workflow in ${kept}, where the tests replay it from now on
  --name <name>  the name of that file, without .json; made from the workflow's id unless it is given`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { record: { type: 'boolean', default: false }, name: { type: 'string' } },
      });
      const [what, ...more] = positionals;
      if (what === undefined || more.length > 0) throw new UsageError('name one workflow id, or one history file');
      if (values.record) return record(what, fixtureName(values.name ?? what), output);
      if (values.name !== undefined) throw new UsageError('--name belongs to --record');

      const history = what.endsWith('.json') ? await fromFile(what) : await fetched(what);
      const replayed = await replay(history);
      if (replayed.result === 'same') {
        output.out(`replayed: ${history.events} events, no difference`);
        return true;
      }
      output.error(
        replayed.result === 'different'
          ? `NOT THE SAME: today's workflow code does something else than '${history.workflowId}' did`
          : `NOT REPLAYED: today's workflow code could not be run through the history of '${history.workflowId}'`,
      );
      output.error(`  ${replayed.reason}`);
      return false;
    },
  };
}

function fixtureName(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  if (/^[A-Za-z0-9]/.test(name)) return name;
  throw new UsageError('--name has to begin with a letter or a digit');
}
