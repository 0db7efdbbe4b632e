/** Where a command writes; a line each. */
export interface Output {
  out(line: string): void;
  error(line: string): void;
}

/** One command of the command line. */
export interface Command {
  name: string;
  /** One line, for the list of all commands. */
  summary: string;
  /** What `--help` prints. */
  help: string;
  /**
   * Resolves to whether it succeeded; it has then said why not. Throws `UsageError`, or what `parseArgs` throws, when it is
   * called wrongly.
   */
  run(args: readonly string[], output: Output): Promise<boolean>;
}

/** The command line itself is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not be carried out; the message says all that its user has to know. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}
