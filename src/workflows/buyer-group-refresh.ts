import {
  defineQuery,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { allOf, carryOut, type EventInput, finish, local, resultOf } from './closing.ts';
import { type Ending, endingOf } from './ending.ts';

/** How far a refresh is; progress from 0 to 100. */
export interface RefreshProgress {
  step: string;
  progress: number;
}

const progressQuery = defineQuery<RefreshProgress>('progress');

type Run = Pick<EventInput, 'eventId' | 'generation'>;
type Reach = (step: string, progress: number) => void;

/**
 * Refreshes the buyer group of one company: resolve it, discover who works there, score them, find out how those with a part are reached,
 * save the group, tell of what changed. A provider that fails leaves a gap: the group is made of what is known.
 */
export async function buyerGroupRefresh(input: EventInput): Promise<{ outcome: Ending['outcome'] }> {
  let reached: RefreshProgress = { step: 'waiting', progress: 0 };
  setHandler(progressQuery, () => reached);
  const reach: Reach = (step, share) => {
    reached = { step, progress: share };
    setCurrentDetails(`**${step}** (${share} %)`);
  };
  const ending = await carryOut(
    input,
    () => refresh(input, reach),
    async (_, open) => {
      const closed = await close(input, open);
      reach('done', 100);
      return closed;
    },
  );
  return resultOf(ending);
}

async function refresh({ eventId, generation }: EventInput, reach: Reach): Promise<Ending['outcome']> {
  const run = { eventId, generation };
  const { policy } = await local.begin(run);
  let begun = await local.beginRefresh(run);
  while (begun.state === 'full') {
    await sleep(begun.waitMs, { summary: 'until there is room for another refresh' });
    begun = await local.beginRefresh(run);
  }
  if (begun.state === 'coalesced') return 'coalesced';
  reach('begun', 5);
  if (!begun.isSaved && (await findOut(run, begun, reach)) === 'merged') return 'coalesced';
  const { hasNews } = await local.saveGroup(run);
  reach('save', 90);
  if (!hasNews) return 'no_action';
  const { effects } = await local.planNotice(run);
  reach('notify', 95);
  const { act } = proxyActivities<Activities>({
    // At most three calls: find the address, find the effect, do it.
    startToCloseTimeout: 3 * policy.act.callTimeoutMs + 5_000,
    scheduleToCloseTimeout: policy.totalBudgetMs,
    heartbeatTimeout: '5s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
    summary: 'tell of the group',
  });
  await allOf(effects.map(({ key }) => act({ ...run, key })));
  return effects.length > 0 ? 'acted' : 'no_action';
}

/** Everything that providers are asked, within one budget. `merged`: it is a company that was known already, and a refresh of that one stands for this. */
async function findOut(
  run: Run,
  { level, maxMs }: { level: string; maxMs: number },
  reach: Reach,
): Promise<'merged' | 'found'> {
  const endsAt = Date.now() + maxMs;
  const asking = (summary: string) => {
    const remainingMs = Math.max(1, endsAt - Date.now());
    return proxyActivities<Activities>({
      startToCloseTimeout: remainingMs,
      scheduleToCloseTimeout: remainingMs,
      heartbeatTimeout: '5s',
      retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
      summary,
    });
  };
  const resolved = await orGap(run, 'resolve', () => asking('ask for the company').resolveCompany(run));
  if (resolved?.state === 'merged') return 'merged';
  reach('resolve', 15);
  await orGap(run, 'discover', () => asking('read who works there').discoverMembers(run));
  reach('discover', 60);
  const { withPart } = await local.scoreMembers(run);
  reach('score', 65);
  if (level === 'identify' || withPart === 0) return 'found';
  await orGap(run, 'enrich', () => asking('ask how those with a part are reached').enrichMembers(run));
  reach('enrich', 85);
  // With the addresses that were found it is surer who they are.
  await local.scoreMembers(run);
  return 'found';
}

/** What a provider, or the time, keeps from being known is a gap; anything else fails the run. */
async function orGap<Result>(
  run: Run,
  step: 'resolve' | 'discover' | 'enrich',
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { failure } = endingOf(error);
    if (!failure || !/^(CoreSignal|Lusha|StepTimeout$)/.test(failure.class)) throw error;
    await local.noteGap(run, { step, class: failure.class, people: 0 });
    return undefined;
  }
}

/** Closes the refresh first, then its event: whoever sees the event ended finds the refresh ended as well. */
async function close(input: EventInput, ending: Ending): Promise<Ending> {
  const { eventId, generation } = input;
  const failureClass = ending.failure?.class ?? (ending.outcome === 'erased' ? 'Erased' : null);
  const status = failureClass === null ? 'completed' : failureClass === 'Canceled' ? 'canceled' : 'failed';
  await local.closeRefresh({ eventId, generation }, { status, failureClass });
  return finish(input, ending);
}
