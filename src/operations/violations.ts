import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { readViolations } from '../db/schema-violations.ts';
import type { ViolationView } from '../domain/operator-views.ts';
import { pageOf, type Place } from './cursor.ts';

const pageSize = 50;

/** The events that were refused, newest first: where they did not fit, never what they said. */
export function createViolationList(options: { queries: Queries; tenantId: string }) {
  return async function violations(after?: Place): Promise<{ violations: ViolationView[]; next: string | null }> {
    const request = { tenantId: options.tenantId, after, limit: pageSize + 1 };
    const { rows, next } = pageOf(
      await orUnavailable(readViolations(options.queries, request)),
      pageSize,
      (row) => row,
    );
    return { violations: rows, next };
  };
}

export type ViolationList = ReturnType<typeof createViolationList>;
