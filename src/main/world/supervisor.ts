import { setTimeout as delay } from 'node:timers/promises';
import { type Child, type ChildCommand, startChild } from './child.ts';
import { openProcessRecord } from './process-record.ts';
import { WorldError } from './world-error.ts';

export interface Supervisor {
  /** Starts a child whose death ends everything, once it is `guarded`. */
  start(command: ChildCommand): Child;
  guard(child: Child): void;
  /** Aborts when stopping begins. */
  signal: AbortSignal;
  /** Settles when everything is stopped: with the error that ended it, or `null` when it was asked to. */
  ended: Promise<WorldError | null>;
  stop(): Promise<void>;
}

/**
 * Owns the children of one data folder. Invariants: each child is in the record from its start to its end; they are
 * stopped one by one, the last started first; nothing starts any more once stopping has begun.
 */
export async function createSupervisor(options: {
  dataDir: string;
  log: (line: string) => void;
  onLine: (name: string, line: string) => void;
  /** How long a child may take to end in order. */
  stopTimeoutMs?: number;
}): Promise<Supervisor> {
  // Longer than a worker takes to finish what it has begun.
  const { stopTimeoutMs = 20_000 } = options;
  const record = await openProcessRecord(options.dataDir, options.log);
  const children: Child[] = [];
  const stopping = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<WorldError | null>();
  let stopped: Promise<void> | undefined;
  // When somebody ends our process without stopping us, at least nothing is left running.
  const onExit = () => children.forEach((child) => child.hasExited() || child.signal(child.stopSignal));
  process.on('exit', onExit);

  const finish = (error: WorldError | null) => {
    stopped ??= (async () => {
      stopping.abort(error ?? new WorldError('The local world was stopped.'));
      for (const child of children.toReversed()) await stopChild(child, stopTimeoutMs);
      record.close();
      process.off('exit', onExit);
      end(error);
    })();
    return stopped;
  };

  return {
    start(command) {
      stopping.signal.throwIfAborted();
      const child = startChild(command, (line) => options.onLine(command.name, line));
      children.push(child);
      const { pid, name, stopSignal } = child;
      if (pid !== undefined) {
        record.add({ pid, name, stopSignal });
        void child.exited.then(() => stopping.signal.aborted || record.remove(pid));
      }
      return child;
    },
    guard: (child) => void child.exited.then(finish),
    signal: stopping.signal,
    ended,
    stop: () => finish(null),
  };
}

async function stopChild(child: Child, stopTimeoutMs: number): Promise<void> {
  if (child.hasExited()) return;
  child.signal(child.stopSignal);
  const timer = new AbortController();
  const late = delay(stopTimeoutMs, 'late', { signal: timer.signal }).catch(() => 'cancelled');
  if ((await Promise.race([child.exited, late])) === 'late') child.signal('SIGKILL');
  timer.abort();
  await child.exited;
}
