import type { CausewayFile } from '../config/causeway-file.ts';
import { keptFor } from '../domain/retention.ts';
import type { Daily, Schedules } from '../temporal/schedules.ts';
import type { RetentionInput } from '../workflows/apply-retention.ts';

/** What is done once a day, by the settings; `undefined` for what they switch off. */
function dailyOf(
  { retention, warehouse }: Pick<CausewayFile, 'retention' | 'warehouse'>,
  hasWarehouse: boolean,
): Record<string, Daily | undefined> {
  const classes = keptFor(retention);
  const input: RetentionInput = { classes, roundMs: 60_000, maxRounds: 30 };
  return {
    retention:
      classes.length === 0
        ? undefined
        : {
            name: 'retention',
            workflowType: 'applyRetention',
            args: [input],
            hour: 2,
            note: 'takes what was kept for long enough (causeway.yaml: retention)',
          },
    'warehouse-compaction':
      hasWarehouse && warehouse.compaction
        ? {
            name: 'warehouse-compaction',
            workflowType: 'compactWarehouse',
            args: [],
            hour: 4,
            note: 'makes one file of the many of each day (causeway.yaml: warehouse.compaction)',
          }
        : undefined,
  };
}

const againAfterMs = 60_000;

/** Brings the schedules in line with the settings, once; a duty of the sweeper, so that it is tried until it succeeds. */
export function createUpkeep(options: {
  schedules: Schedules;
  settings: Pick<CausewayFile, 'retention' | 'warehouse'>;
  hasWarehouse: boolean;
}) {
  const { schedules, settings, hasWarehouse } = options;
  let done = false;
  let dueAtMs = 0;
  return async function upkeep(): Promise<void> {
    if (done || Date.now() < dueAtMs) return;
    dueAtMs = Date.now() + againAfterMs;
    for (const [name, daily] of Object.entries(dailyOf(settings, hasWarehouse)))
      await (daily ? schedules.keep(daily) : schedules.remove(name));
    done = true;
  };
}
