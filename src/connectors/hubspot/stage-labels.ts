/** How long the labels of the stages are believed; people rename stages rarely, and a rule waits for a new name no longer. */
const freshMs = 5 * 60_000;

/**
 * The labels of deal stages by id, loaded once for all who ask at the same time and kept for five minutes.
 * A load that fails is not kept: its error goes to those who waited for it.
 */
export function createStageLabels(nowMs: () => number = Date.now) {
  let kept: { labels: Promise<ReadonlyMap<string, string>>; untilMs: number } | undefined;

  return function stageLabels(load: () => Promise<ReadonlyMap<string, string>>): Promise<ReadonlyMap<string, string>> {
    if (kept !== undefined && nowMs() < kept.untilMs) return kept.labels;
    const labels = load();
    const entry = { labels, untilMs: nowMs() + freshMs };
    kept = entry;
    labels.catch(() => {
      if (kept === entry) kept = undefined;
    });
    return labels;
  };
}
