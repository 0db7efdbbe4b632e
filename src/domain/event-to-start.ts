import type { EventWorkflow } from './event-workflow.ts';

/** What is needed to start an event's workflow; no personal data. */
export type EventToStart = {
  id: string;
  tenantId: string;
  source: string;
  type: string;
  workflow: EventWorkflow;
  keyHash: string;
  lane: string;
  generation: number;
  correlationId: string;
  traceParent: string | null;
  /** As Temporal has them, 1 first. */
  priority: number | null;
};
