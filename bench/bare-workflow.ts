import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { bareActivities } from './bare-activities.ts';

const local = proxyLocalActivities<typeof bareActivities>({ startToCloseTimeout: '15s' });
const { step } = proxyActivities<typeof bareActivities>({ startToCloseTimeout: '15s', heartbeatTimeout: '5s' });

/** The steps of an event and nothing else: begin, look up, decide, act (if it does), finish. */
export async function bare({ acts }: { acts: boolean }): Promise<void> {
  await local.step();
  await step();
  await local.step();
  if (acts) await step();
  await local.step();
}
