import { childEnvironment } from '../../config/environment.ts';
import { projectFolder } from './folders.ts';
import { withParentFlag } from './parent.ts';
import type { Supervisor } from './supervisor.ts';
import { httpProbe, untilReady } from './until-ready.ts';

const readyTimeoutMs = 90_000;

/** A program of ours that runs as a process of its own. */
export interface Program {
  name: string;
  /** From the project's root. */
  file: string;
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Answers 200 once it is ready; without it, it is ready when it runs. */
  readyUrl?: string;
}

/** Starts one of our programs, so that it ends with us, and waits until it is ready. */
export async function startProgram(supervisor: Supervisor, program: Program): Promise<void> {
  const { name, file, args, environment, readyUrl } = program;
  const child = supervisor.start({
    name,
    command: process.execPath,
    args: [file, ...args, withParentFlag],
    environment: childEnvironment(environment),
    cwd: projectFolder,
    stopSignal: 'SIGTERM',
    holdInput: true,
  });
  if (readyUrl !== undefined) await untilReady(child, httpProbe(readyUrl), readyTimeoutMs);
  supervisor.guard(child);
}
