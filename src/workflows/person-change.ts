import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { carryOut, type EventInput, local, resultOf } from './closing.ts';
import type { Ending } from './ending.ts';

/** Somebody has another role: it is noted who joined and left which company, and the groups of these are refreshed. */
export async function personChange(input: EventInput): Promise<{ outcome: Ending['outcome']; jobIds: string[] }> {
  const jobIds: string[] = [];
  const ending = await carryOut(input, () => note(input, jobIds));
  return { ...resultOf(ending), jobIds };
}

async function note({ eventId, generation }: EventInput, jobIds: string[]): Promise<Ending['outcome']> {
  const run = { eventId, generation };
  const { policy } = await local.begin(run);
  let recorded = await local.recordChange(run);
  if (recorded.state === 'thin') {
    const { readChange } = proxyActivities<Activities>({
      startToCloseTimeout: policy.act.callTimeoutMs + 10_000,
      scheduleToCloseTimeout: policy.totalBudgetMs,
      heartbeatTimeout: '5s',
      retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
      summary: 'read what changed',
    });
    if ((await readChange(run)).state === 'unknown') return 'no_action';
    recorded = await local.recordChange(run);
  }
  if (recorded.state === 'thin') return 'no_action';
  jobIds.push(...recorded.jobIds);
  return recorded.outcome;
}
