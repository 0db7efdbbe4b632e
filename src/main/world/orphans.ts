import { setTimeout as delay } from 'node:timers/promises';
import { signalGroup } from './child.ts';
import { processIdentity } from './process-identity.ts';
import type { RecordedChild } from './process-record.ts';
import { WorldError } from './world-error.ts';

const orderlyMs = 8_000;
const killedMs = 5_000;

/** Ends what a killed supervisor left running, if the number still is that process. Throws when it will not go. */
export async function endOrphan(child: RecordedChild, log: (line: string) => void): Promise<void> {
  const isGone = () => processIdentity(child.pid) !== child.identity;
  if (isGone()) return;
  log(`ending ${child.name} (pid ${child.pid}), which an earlier start left running`);
  signalGroup(child.pid, child.stopSignal);
  if (await holdsWithin(isGone, orderlyMs)) return;
  signalGroup(child.pid, 'SIGKILL');
  if (await holdsWithin(isGone, killedMs)) return;
  throw new WorldError(
    `${child.name} (pid ${child.pid}) of an earlier start cannot be ended. End it, then start again.`,
  );
}

async function holdsWithin(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await delay(50);
  }
  return true;
}
