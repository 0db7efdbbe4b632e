import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { endOrphan } from './orphans.ts';
import { processIdentity } from './process-identity.ts';
import { WorldError } from './world-error.ts';

const recordedProcess = z.object({ pid: z.number().int().positive(), identity: z.string() });
const recordedChild = recordedProcess.extend({ name: z.string(), stopSignal: z.enum(['SIGTERM', 'SIGINT']) });
const record = z.object({ supervisor: recordedProcess, children: z.array(recordedChild) });
type ProcessList = z.infer<typeof record>;
export type RecordedChild = z.infer<typeof recordedChild>;

export interface ProcessRecord {
  add(child: { pid: number; name: string; stopSignal: 'SIGTERM' | 'SIGINT' }): void;
  remove(pid: number): void;
  close(): void;
}

/**
 * Claims `dataDir` for this process and keeps in `processes.json` what it started.
 * Throws while another living process has the folder. What a killed one left running is ended first, which is told to `log`.
 */
export async function openProcessRecord(dataDir: string, log: (line: string) => void): Promise<ProcessRecord> {
  const file = join(dataDir, 'processes.json');
  const before = readRecord(file);
  if (before && processIdentity(before.supervisor.pid) === before.supervisor.identity) {
    throw new WorldError(
      `The local world is already running here (pid ${before.supervisor.pid}, data in ${dataDir}). Stop it first, or run a second one with its own CAUSEWAY_DATA_DIR and ports.`,
    );
  }
  await Promise.all((before?.children ?? []).map((child) => endOrphan(child, log)));
  const current: ProcessList = {
    supervisor: { pid: process.pid, identity: processIdentity(process.pid) ?? '' },
    children: [],
  };
  // Written at once and whole: a kill may come at any moment, and the next start relies on it.
  const write = () => {
    writeFileSync(`${file}.new`, JSON.stringify(current, null, 2));
    renameSync(`${file}.new`, file);
  };
  write();
  return {
    add(child) {
      const identity = processIdentity(child.pid);
      if (identity === null) return;
      current.children.push({ ...child, identity });
      write();
    },
    remove(pid) {
      current.children = current.children.filter((child) => child.pid !== pid);
      write();
    },
    close: () => rmSync(file, { force: true }),
  };
}

/** A file that cannot be read tells nothing, and must not stand in the way for ever. */
function readRecord(file: string): ProcessList | null {
  try {
    return record.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
