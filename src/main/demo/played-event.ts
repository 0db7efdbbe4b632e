import { z } from 'zod';
import type { EventView } from '../../domain/event-view.ts';
import { batchWorkflowId } from '../../domain/ids.ts';
import type { DemoEvent } from './scenario.ts';

/** What a vendor has really done, as the sandbox counts it. */
export const effect = z.object({ connector: z.string(), operation: z.string(), key: z.string(), target: z.string() });
export type Effect = z.infer<typeof effect>;

/** What came of one event. */
export type PlayedEvent = ReturnType<typeof playedEvent>;

/** `ok`: it was decided as it should be, all that was to be done is done, and exactly the effects exist that have to. */
export function playedEvent(
  { title, expected }: Pick<DemoEvent, 'title' | 'expected'>,
  view: EventView,
  allEffects: readonly Effect[],
) {
  const { decision } = view;
  // Without rules nothing was decided.
  const mode = decision?.ruleSetHash ? decision.mode : null;
  const effects = allEffects.filter(({ key }) => key.includes(view.id));
  const done = effects.map(({ connector, operation }) => `${connector} ${operation}`).toSorted();
  return {
    title,
    id: view.id,
    source: view.source,
    type: view.type,
    mode,
    batch: view.workflow?.id.startsWith(batchWorkflowId('')) ?? false,
    outcome: view.outcome,
    decidedBy: decision?.decidedBy ?? 'none',
    ruleId: decision?.ruleId ?? null,
    modelConfidence: decision?.model?.confidence ?? null,
    consent: decision?.consent?.granted ?? null,
    actions: view.actions
      .map(({ type, target, effect: { state } }) => ({ type, target, state }))
      .filter(({ state }) => state !== 'skipped'),
    effects,
    acceptToDoneMs: view.finishedAt ? Date.parse(view.finishedAt) - Date.parse(view.receivedAt) : null,
    ok:
      view.state === 'done' &&
      mode === expected.mode &&
      (decision?.decidedBy ?? 'none') === expected.decidedBy &&
      view.actions.every(({ effect: { state } }) => state === 'confirmed' || state === 'skipped') &&
      done.join() === expected.effects.toSorted().join(),
  };
}
