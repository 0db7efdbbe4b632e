import { ApplicationFailure } from '@temporalio/common';
import { type BatchedEvent, readBatch } from '../db/batch-steps.ts';
import type { Queries } from '../db/database.ts';
import { eventLabels } from '../intake/event-labels.ts';
import type { Keyring } from '../privacy/keyring.ts';
import type { Logger } from '../telemetry/log.ts';
import { openEvent } from './open-event.ts';

export type OpenedEvent = Omit<ReturnType<typeof openEvent>, 'row'>;

/** `erased`: the key of its subject is gone. `unreadable`: whatever else it is, it shall not stop the others. */
export type BatchItem = { row: BatchedEvent; opened: OpenedEvent | 'erased' | 'unreadable' };

/** Opens every event of a batch, each for itself, in the order in which they were accepted. */
export async function openBatch(
  { queries, keyring, log }: { queries: Queries; keyring: Keyring; log: Logger },
  batchId: string,
): Promise<BatchItem[]> {
  const rows = await readBatch(queries, batchId);
  return rows.map((row) => {
    try {
      return { row, opened: openEvent(row, keyring) };
    } catch (error) {
      if (error instanceof ApplicationFailure && error.type === 'Erased') return { row, opened: 'erased' };
      log.error({ ...eventLabels(row), batch_id: batchId }, 'an event of a batch could not be opened');
      return { row, opened: 'unreadable' };
    }
  });
}
