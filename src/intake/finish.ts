import { closeEvent, type Closing, type Failure } from '../db/lane-heads.ts';
import type { Queries } from '../db/database.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { countClosing } from './count-closing.ts';
import type { Starter } from './starter.ts';

export interface EventEnd {
  id: string;
  generation: number;
  lane: string;
  outcome: string;
  failure?: Failure | undefined;
  /** Whether effects may be under way: then the ledger is settled before the lane is freed. */
  settle: boolean;
}

/** Closes an event and starts the next one of its lane; a start that fails is left to a sweep. */
export function createFinish(options: { queries: Queries; starter: Starter; metrics: Metrics }) {
  return async function finish(end: EventEnd): Promise<Closing> {
    const closing = await closeEvent(options.queries, end, end);
    countClosing(options.metrics, end.generation, closing);
    if (closing.closed && closing.next) await options.starter.start([closing.next], 'finish');
    return closing;
  };
}

export type Finish = ReturnType<typeof createFinish>;
