/** `evt:<hash of the idempotency key>:<generation>`: the same event can never run twice in one generation. */
export const eventWorkflowId = (keyHash: string, generation: number): string => `evt:${keyHash}:${generation}`;

/** The workflow that decides events together: `batch:<id of the batch>`. */
export const batchWorkflowId = (batchId: string): string => `batch:${batchId}`;

/** The workflow that sees to the refreshes of one company. */
export const companyWorkflowId = (companyId: string): string => `company:${companyId}`;

/**
 * The key of one effect: event and action, and the target too where the plan has the same action for several. It never
 * contains the generation, so a redrive meets the effects of the runs before it.
 */
export function effectKeys(
  eventId: string,
  actions: readonly { type: string; targetId: string }[],
): { key: string; type: string; targetId: string }[] {
  const shared = (type: string) => actions.filter((action) => action.type === type).length > 1;
  return actions.map(({ type, targetId }) => ({
    key: shared(type) ? `${eventId}:${type}:${targetId}` : `${eventId}:${type}`,
    type,
    targetId,
  }));
}
