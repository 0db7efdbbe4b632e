import { z } from 'zod';
import type { WarehousePort } from '../src/connectors/ports.ts';
import { createFolder } from '../src/connectors/warehouse/folder.ts';
import { warehouseOver } from '../src/connectors/warehouse/index.ts';
import type { Storage } from '../src/connectors/warehouse/storage.ts';
import { runAlone } from '../src/db/alone.ts';
import { exitWithParent } from '../src/main/world/parent.ts';
import { call, lead } from './warehouse-lead.ts';

/**
 * A process that works on a warehouse until it is killed, by a test or by itself. `work` is JSON: what to do, with which events, and
 * before which step to die.
 */
exitWithParent();
const work = z
  .object({
    folder: z.string(),
    lockUrl: z.string(),
    does: z.enum(['put', 'compact', 'erase']),
    eventIds: z.array(z.string()),
    message: z.string(),
    times: z.number(),
    diesAt: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

let step = 0;
function pass(): void {
  step += 1;
  if (step === work.diesAt) process.kill(process.pid, 'SIGKILL');
}

/** The same, with a step before and after everything that changes a file. */
function withSteps(storage: Storage): Storage {
  return {
    ...storage,
    async put(name, write, signal) {
      pass();
      await storage.put(
        name,
        async (path) => {
          await write(path);
          pass();
        },
        signal,
      );
      pass();
    },
    async remove(name, signal) {
      await storage.remove(name, signal);
      pass();
    },
  };
}

const warehouse: WarehousePort = warehouseOver(withSteps(createFolder(work.folder)), (rewrite) =>
  runAlone(work.lockUrl, 'warehouse', rewrite),
);
for (let time = 0; time < work.times; time += 1) {
  if (work.does === 'put') {
    for (const event_id of work.eventIds) {
      await warehouse.put(lead({ event_id, message: work.message }), call);
      console.log(`put ${event_id}`);
    }
  } else if (work.does === 'erase') {
    await warehouse.erase(work.eventIds, call);
  } else {
    await warehouse.compact({}, call);
    console.log('compacted');
  }
}
process.exit(0);
