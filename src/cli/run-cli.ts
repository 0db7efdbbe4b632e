import { rootMessage } from '../domain/root-message.ts';
import { type Command, CommandFailed, type Output, UsageError } from './command.ts';

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
    output.error(error instanceof CommandFailed ? error.message : rootMessage(error));
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
