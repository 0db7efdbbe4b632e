import { fileURLToPath } from 'node:url';
import { childEnvironment, type Configuration } from '../src/config/environment.ts';
import { startChild } from '../src/main/world/child.ts';
import { withParentFlag } from '../src/main/world/parent.ts';
import { eventually } from './eventually.ts';

export type Program = ReturnType<typeof launchProgram>;
type Name = 'api' | 'worker' | 'all';

/** One of the real processes, with a test's own configuration; returns when it says that it is up. It ends with the test run. */
export async function startProgram(
  name: Name,
  configuration: Configuration,
  changes: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const program = launchProgram(name, configuration, changes);
  await program.says(`"${name} is up"`, 60_000);
  return program;
}

/** The same, without waiting for it. */
export function launchProgram(
  name: Name,
  configuration: Configuration,
  changes: Readonly<Record<string, string>> = {},
) {
  const variables = Object.entries(configuration).filter(
    ([variable, value]) => /^[A-Z_]+$/.test(variable) && value !== undefined,
  );
  const lines: string[] = [];
  const child = startChild(
    {
      name,
      command: process.execPath,
      args: [fileURLToPath(new URL(`../src/main/${name}.ts`, import.meta.url)), withParentFlag],
      environment: childEnvironment({
        ...Object.fromEntries(variables.map(([variable, value]) => [variable, String(value)])),
        LOG_LEVEL: 'info',
        ...changes,
      }),
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stopSignal: 'SIGTERM',
      holdInput: true,
    },
    (line) => lines.push(line),
  );
  return {
    /** Everything it has written, standard error included. */
    lines,
    /** Waits for a line with this text; throws how the program ended when it does before that. */
    async says(text: string, deadlineMs?: number): Promise<string> {
      return eventually(
        `the ${name} says ${text}`,
        async () => {
          const line = lines.find((each) => each.includes(text));
          if (line === undefined && child.hasExited()) throw await child.exited;
          return line;
        },
        deadlineMs,
      );
    },
    /** Ends it with no chance to do anything more; returns when it is gone. */
    async kill(): Promise<void> {
      child.signal('SIGKILL');
      await child.exited;
    },
    /** Asks it to end in good order; returns how it ended, in words. */
    async stop(): Promise<string> {
      child.signal('SIGTERM');
      return (await child.exited).message;
    },
  };
}
