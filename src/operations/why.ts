import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { type EventViewRow, readEventView } from '../db/event-view.ts';
import type { Decision } from '../domain/decision.ts';
import type { Facts } from '../domain/facts.ts';
import { effectKeys, eventWorkflowId } from '../domain/ids.ts';
import { decisionContext } from '../privacy/contexts.ts';
import type { Keyring } from '../privacy/keyring.ts';
import { openJson } from '../privacy/sealing.ts';

/** One event with everything that was made of it, for people. Times are ISO 8601. */
export type EventView = NonNullable<Awaited<ReturnType<ReturnType<typeof createWhy>>>>;

/** Explains one event: what was known, what was decided by whom, and what was done about it. `undefined`: no such event. */
export function createWhy(options: { queries: Queries; keyring: Keyring; uiUrl: string; namespace: string }) {
  const { queries, keyring, uiUrl, namespace } = options;

  function openDecision(row: EventViewRow): { decision: Decision; facts: Facts } | undefined {
    if (!row.decisionSealed || !row.keyId || !row.wrappedKey) return undefined;
    const { key } = keyring.unwrap({ id: row.keyId, wrapped: row.wrappedKey });
    return openJson(key, decisionContext(row.id), row.decisionSealed) as { decision: Decision; facts: Facts };
  }

  return async function why(eventId: string) {
    const row = await orUnavailable(readEventView(queries, eventId));
    if (!row) return undefined;
    const stored = openDecision(row);
    const decision = stored?.decision;
    const keys = effectKeys(row.id, decision?.actions ?? []);
    const workflowId = eventWorkflowId(row.keyHash, row.generation);
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
      decision: stored && {
        decidedBy: stored.decision.decidedBy,
        ruleId: stored.decision.ruleId,
        ruleSetHash: stored.decision.ruleSetHash,
        confidence: stored.decision.confidence,
        reasoning: stored.decision.reasoning,
        decidedAt: stored.decision.decidedAt,
        facts: { provider: stored.facts.provider, fetchedAt: stored.facts.fetchedAt, gaps: stored.facts.gaps },
        trace: stored.decision.trace,
      },
      actions: (decision?.actions ?? []).map((action, index) => {
        const key = keys[index]?.key ?? '';
        const effect = row.effects.find((candidate) => candidate.key === key);
        return {
          type: action.type,
          target: action.targetId,
          priority: action.priority,
          effect: {
            key,
            state: effect?.state ?? 'intent',
            attempts: effect?.attempts ?? 0,
            receipt: effect?.receipt ?? null,
          },
        };
      }),
      failure: row.failureClass === null ? null : { class: row.failureClass, message: row.failureMessage ?? '' },
      workflow: {
        id: workflowId,
        runId: row.runId,
        url: `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`,
      },
    };
  };
}

export type Why = ReturnType<typeof createWhy>;
