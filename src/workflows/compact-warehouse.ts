import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

const dayMs = 24 * 60 * 60_000;
const timeoutMs = 60 * 60_000;

const { compactDays } = proxyActivities<Activities>({
  startToCloseTimeout: timeoutMs + 60_000,
  scheduleToCloseTimeout: '6 hours',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '10s', backoffCoefficient: 2, maximumInterval: '10 minutes' },
});

/** Makes one file of the many of each day that is before yesterday: what is late for yesterday comes in files of its own. */
export async function compactWarehouse(): Promise<{ days: number }> {
  const to = new Date(Date.now() - 2 * dayMs).toISOString().slice(0, 10);
  return compactDays({ to, timeoutMs });
}
