import {
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { NextRefresh } from '../activities/buyer-groups/next-refresh.ts';
import { local } from './closing.ts';

export interface CompanyRefreshInput {
  companyId: string;
}

/** There is something to look at; the same text is looked at once. */
const wakeSignal = defineSignal<[about: string]>('wake');

/** Temporal refuses more than 10,000 signals in one run, and a run can only go on as another while none comes in: a short one is quick at that. */
const signalsPerRun = 1_000;

/**
 * Sees to the refreshes of one company, for as long as there is one to come or its hour lasts. What is to be done stands in the refresh log, so
 * that a signal only says that it is worth a look: nothing is lost with one, nor with this workflow.
 */
export async function companyRefresh(input: CompanyRefreshInput): Promise<void> {
  const seen = new Set<string>();
  let isWoken = false;
  let coolingDown = 0;
  setHandler(wakeSignal, (about) => {
    isWoken ||= !seen.has(about);
    seen.add(about);
  });
  const wake = (): void => {
    isWoken = true;
  };
  const isFull = (): boolean => seen.size >= signalsPerRun || workflowInfo().continueAsNewSuggested;

  /** The company's hour, as a timer that can be seen in its history. */
  async function coolDown(windowMs: number): Promise<void> {
    coolingDown += 1;
    try {
      await sleep(windowMs, { summary: 'until the next refresh of this company' });
      wake();
    } catch (error) {
      if (!isCancellation(error)) throw error;
    } finally {
      coolingDown -= 1;
    }
  }

  for (;;) {
    isWoken = false;
    const next = await local.nextRefresh(input);
    setCurrentDetails(wordsFor(next));
    if (next.state === 'begun') void coolDown(next.windowMs);
    const waitMs = next.state === 'begun' ? undefined : next.waitMs;
    // No await between this look and the end: a signal that comes in is looked at first.
    if (next.state === 'idle' && waitMs === 0 && coolingDown === 0 && !isWoken) return;
    await until(() => isWoken || isFull(), next.state === 'idle' && coolingDown > 0 ? undefined : waitMs);
    if (isFull()) await continueAsNew<typeof companyRefresh>(input);
  }
}

async function until(isSo: () => boolean, waitMs: number | undefined): Promise<void> {
  if (waitMs === undefined) await condition(isSo);
  else await condition(isSo, Math.max(1, waitMs));
}

function wordsFor(next: NextRefresh): string {
  if (next.state === 'begun' || next.state === 'running') return `Refresh **${next.jobId}** runs`;
  if (next.state === 'idle') return 'Nothing is to be refreshed';
  return next.for === 'window'
    ? 'A refresh waits until the hour of the last one is over'
    : 'A refresh waits for its turn';
}
