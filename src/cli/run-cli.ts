import { type Command, type Output, UsageError } from './command.ts';

/** 0: done. 1: not done, and why was said. 2: called wrongly. */
export type ExitCode = 0 | 1 | 2;

/** Finds the command that the arguments name and runs it. Never rejects. */
export async function runCli(commands: readonly Command[], args: readonly string[], output: Output): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === '--help' || name === '-h' || name === 'help') {
    output.out(overview(commands));
    return 0;
  }
  const command = commands.find((each) => each.name === name);
  if (!command) {
    output.error(name === undefined ? 'which command?' : `there is no command '${name}'`);
    output.error(overview(commands));
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    output.out(command.help);
    return 0;
  }
  try {
    return (await command.run(rest, output)) ? 0 : 1;
  } catch (error) {
    output.error(messageOf(error));
    if (!isUsageError(error)) return 1;
    output.error(`\n${command.help}`);
    return 2;
  }
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: npm run causeway -- <command> [options]\n\n${lines.join('\n')}\n\n<command> --help says more.`;
}

function isUsageError(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** The innermost cause says what happened; what wraps it says only where. */
function messageOf(error: unknown): string {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error && current.cause instanceof Error; depth += 1) {
    current = current.cause;
  }
  // A name with several addresses, none of which answers, gives an error without a text of its own.
  if (current instanceof AggregateError && current.message === '') return messageOf(current.errors[0]);
  return current instanceof Error ? current.message : String(current);
}
