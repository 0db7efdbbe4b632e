import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { WorldError } from './world-error.ts';

const keptLines = 30;

export interface ChildCommand {
  name: string;
  command: string;
  args: readonly string[];
  environment: NodeJS.ProcessEnv;
  cwd: string;
  user?: { uid: number; gid: number } | null;
  /** What asks it to end in good order. */
  stopSignal: 'SIGTERM' | 'SIGINT';
  /** Holds its input open for as long as we live, so that it sees us go (see `exitWithParent`). */
  holdInput?: boolean;
}

export interface Child {
  name: string;
  /** Absent when the program could not be started at all. */
  pid: number | undefined;
  stopSignal: 'SIGTERM' | 'SIGINT';
  /** How it ended, in words, with its last lines; never rejects. */
  exited: Promise<WorldError>;
  hasExited(): boolean;
  lastLines(): string;
  /** To its whole group, since a killed parent leaves its own children behind. */
  signal(signal: NodeJS.Signals): void;
}

/** Starts a program in a group of its own: Ctrl-C in the terminal then reaches only us, and we stop all in order. */
export function startChild(command: ChildCommand, onLine: (line: string) => void): Child {
  const { name, stopSignal, user } = command;
  const child = spawn(command.command, command.args, {
    cwd: command.cwd,
    env: command.environment,
    detached: true,
    stdio: [command.holdInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  child.stdin?.on('error', () => {});
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      onLine(line);
    });
  }
  const lastLines = () => lines.join('\n');
  let ended = false;
  const exited = new Promise<WorldError>((resolve) => {
    const closed = new Promise<void>((done) => child.once('close', () => done()));
    const end = async (how: string) => {
      ended = true;
      // Its own children may keep the output open; what it said last is there by then or not at all.
      await Promise.race([closed, delay(500)]);
      resolve(new WorldError(`${name} ${how}.${lines.length > 0 ? ` Its last lines:\n${lastLines()}` : ''}`));
    };
    child.once('error', (error) => void end(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => void end(signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
  });
  return {
    name,
    pid: child.pid,
    stopSignal,
    exited,
    lastLines,
    hasExited: () => ended,
    signal: (signal) => signalGroup(child.pid, signal),
  };
}

/** Nothing happens when the group is gone already. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: it ended between our look and the signal.
  }
}
