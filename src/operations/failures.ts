import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { readFailedEvents, readFailureGroups } from '../db/failures.ts';
import type { FailedEvent, FailureGroup } from '../domain/operator-views.ts';
import { pageOf, type Place } from './cursor.ts';

const pageSize = 50;

/** What failed and was not run again: grouped by class, and the events of one class page by page, newest first. */
export function createFailures(options: { queries: Queries; tenantId: string }) {
  const { queries, tenantId } = options;
  return {
    groups: (): Promise<FailureGroup[]> => orUnavailable(readFailureGroups(queries, tenantId)),

    async ofClass(failureClass: string, after?: Place): Promise<{ events: FailedEvent[]; next: string | null }> {
      const request = { tenantId, class: failureClass, after, limit: pageSize + 1 };
      const found = await orUnavailable(readFailedEvents(queries, request));
      const { rows, next } = pageOf(found, pageSize, ({ failedAt, id }) => ({ at: failedAt, id }));
      return { events: rows, next };
    },
  };
}

export type Failures = ReturnType<typeof createFailures>;
