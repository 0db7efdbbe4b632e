import { ApplicationFailure } from '@temporalio/common';
import { type BatchedEvent, readBatch } from '../db/batch-steps.ts';
import type { Queries } from '../db/database.ts';
import { eventLabels } from '../intake/event-labels.ts';
import type { Keyring } from '../privacy/keyring.ts';
import type { Logger } from '../telemetry/log.ts';
import { openEvent } from './open-event.ts';

export type OpenedEvent = ReturnType<typeof openEvent> & { row: BatchedEvent };

export interface OpenedBatch {
  opened: OpenedEvent[];
  /** Of subjects whose key is gone: nothing of them can be read, by design. */
  erased: BatchedEvent[];
  /** That could not be read for another reason: whatever it is, it shall not stop the others. */
  unreadable: BatchedEvent[];
}

/** Opens every event of a batch, each for itself. */
export async function openBatch(
  { queries, keyring, log }: { queries: Queries; keyring: Keyring; log: Logger },
  batchId: string,
): Promise<OpenedBatch> {
  const batch: OpenedBatch = { opened: [], erased: [], unreadable: [] };
  for (const row of await readBatch(queries, batchId)) {
    try {
      batch.opened.push({ ...openEvent(row, keyring), row });
    } catch (error) {
      const isErased = error instanceof ApplicationFailure && error.type === 'Erased';
      batch[isErased ? 'erased' : 'unreadable'].push(row);
      if (!isErased) log.error({ ...eventLabels(row), batch_id: batchId }, 'an event of a batch could not be opened');
    }
  }
  return batch;
}
