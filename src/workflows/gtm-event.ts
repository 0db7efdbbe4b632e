import { isCancellation, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Decided } from '../activities/store-decision.ts';
import { carryOut, decisionOf, type EventInput, local, type Progress, resultOf } from './closing.ts';
import { type Ending, endingOf } from './ending.ts';

/** One go-to-market event: look up, decide, act, finish. Ends Failed, with its class, when it could not be carried out. */
export async function gtmEvent(input: EventInput): Promise<{ outcome: Ending['outcome'] }> {
  return resultOf(await carryOut(input, (progress) => decideAndAct(input, progress)));
}

async function decideAndAct({ eventId, generation }: EventInput, progress: Progress): Promise<Ending['outcome']> {
  const run = { eventId, generation };
  const { enrich: hasFacts, policy, ending } = await local.begin(run);
  if (ending) return ending;

  // One budget for everything before the finish: what is left of it bounds each step that calls out.
  const endsAt = Date.now() + policy.totalBudgetMs;
  const remainingMs = () => Math.max(1, endsAt - Date.now());

  if (hasFacts) {
    const { enrich } = proxyActivities<Activities>({
      startToCloseTimeout: policy.enrich.budgetMs + 5_000,
      scheduleToCloseTimeout: remainingMs(),
      heartbeatTimeout: '5s',
      // It stops asking the provider by itself; what is tried again here is a worker that died or a database that was away.
      retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
      summary: 'look up the deal, its contact, company and owner',
    });
    await enrich(run);
  }

  const proposed = await local.decide(run);
  const { decidedBy, ruleId, effects } = proposed.consult ? await consultModel(run, proposed.consult) : proposed;
  Object.assign(progress, { decidedBy, ruleId });
  if (effects.length === 0) return decidedBy === 'none' ? 'undecided' : 'no_action';
  setCurrentDetails(`${decisionOf(progress)}, now ${effects.map(({ type }) => type).join(', ')}`);

  let isStale = false;
  for (const { key, type } of effects) {
    const { act } = proxyActivities<Activities>({
      // At most three calls: find the address, find the effect, do it.
      startToCloseTimeout: 3 * policy.act.callTimeoutMs + 5_000,
      scheduleToCloseTimeout: remainingMs(),
      heartbeatTimeout: '5s',
      retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
      summary: type,
    });
    const { state } = await act({ ...run, key });
    isStale ||= state === 'stale';
  }
  return isStale ? 'stale' : 'acted';
}

/** Has a model decide. When that cannot be carried out, what the rules decide without it holds. */
async function consultModel(
  run: Pick<EventInput, 'eventId' | 'generation'>,
  { timeoutMs }: { timeoutMs: number },
): Promise<Decided> {
  const { consult } = proxyActivities<Activities>({
    startToCloseTimeout: timeoutMs + 10_000,
    heartbeatTimeout: '5s',
    retry: { initialInterval: '1s', maximumAttempts: 2 },
    summary: 'ask the model',
  });
  try {
    return await consult(run);
  } catch (error) {
    if (isCancellation(error) || endingOf(error).outcome !== 'failed') throw error;
    return local.decide({ ...run, withoutModel: true });
  }
}
