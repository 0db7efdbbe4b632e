import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { type EventViewRow, readEventView } from '../db/event-view.ts';
import type { EventView } from '../domain/event-view.ts';
import { batchWorkflowId, effectKeys, eventWorkflowId } from '../domain/ids.ts';
import type { Keyring } from '../privacy/keyring.ts';
import { type DecisionRecord, sealedDecision } from '../privacy/sealed-records.ts';
import type { WorkflowLinks } from './workflow-links.ts';

/** Explains one event: what was known, what was decided by whom, and what was done about it. `undefined`: no such event. */
export function createWhy(options: { queries: Queries; keyring: Keyring; links: WorkflowLinks }) {
  const { queries, keyring, links } = options;

  function openDecision(row: EventViewRow): DecisionRecord | undefined {
    if (!row.decisionSealed || !row.keyId || !row.wrappedKey) return undefined;
    const { key } = keyring.unwrap({ id: row.keyId, wrapped: row.wrappedKey });
    return sealedDecision.open(key, row.id, row.decisionSealed);
  }

  return async function why(eventId: string): Promise<EventView | undefined> {
    const row = await orUnavailable(readEventView(queries, eventId));
    if (!row) return undefined;
    const stored = openDecision(row);
    const actions = stored?.decision.actions ?? [];
    const keys = effectKeys(row.id, actions);
    const workflowId = workflowOf(row);
    return {
      id: row.id,
      tenantId: row.tenantId,
      source: row.source,
      type: row.type,
      state: row.state,
      outcome: row.outcome,
      correlationId: row.correlationId,
      receivedAt: new Date(row.receivedAt).toISOString(),
      finishedAt: row.finishedAt && new Date(row.finishedAt).toISOString(),
      jobId: (row.refreshes.find(({ move }) => move === 'joined') ?? row.refreshes[0])?.jobId ?? null,
      refreshes: row.refreshes,
      decision: stored ? { ...explanation(stored.decision), facts: omitPersonal(stored.facts) } : null,
      actions: actions.map((action, index) => {
        const key = keys[index]?.key ?? '';
        const effect = row.effects.find((candidate) => candidate.key === key);
        return {
          type: action.type,
          target: action.targetId,
          priority: action.priority,
          effect: {
            key,
            state: effect?.state ?? ('skipped' in action.parameters ? 'skipped' : 'intent'),
            attempts: effect?.attempts ?? 0,
            receipt: effect?.receipt ?? null,
          },
        };
      }),
      failure: row.failureClass === null ? null : { class: row.failureClass, message: row.failureMessage ?? '' },
      workflow: workflowId === undefined ? null : links.to(workflowId, row.runId),
    };
  };
}

export type Why = ReturnType<typeof createWhy>;

/** What the facts say about people and deals stays sealed; where they are from, how old they are and what was missing does not. */
const omitPersonal = ({ provider, fetchedAt, parts, gaps }: DecisionRecord['facts']) => ({
  provider,
  fetchedAt,
  gaps,
  ...(parts && { parts }),
});

/** `undefined` for what none has begun: it ended at the door, or waits for a batch. */
function workflowOf({ outcome, runId, batched, batchId, keyHash, generation }: EventViewRow): string | undefined {
  if (outcome === 'no_consent') return undefined;
  // Of somebody who was erased: at the door, or while it waited.
  if (outcome === 'erased' && runId === null) return undefined;
  if (!batched) return eventWorkflowId(keyHash, generation);
  return batchId === null ? undefined : batchWorkflowId(batchId);
}

function explanation({ actions: _actions, ...rest }: DecisionRecord['decision']) {
  return rest;
}
