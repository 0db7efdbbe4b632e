import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { readLanes } from '../db/waiting-lanes.ts';
import type { LaneView } from '../domain/operator-views.ts';

const maxLanes = 100;

/** The lanes in which something runs or waits, the one whose head is the oldest first; 100 of them at the most. */
export function createLanes(options: { queries: Queries }) {
  return (): Promise<LaneView[]> => orUnavailable(readLanes(options.queries, maxLanes));
}

export type Lanes = ReturnType<typeof createLanes>;
