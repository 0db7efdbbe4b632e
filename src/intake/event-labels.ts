import type { EventLabels } from '../telemetry/log.ts';

/** The labels that every log line about an event carries. */
export const eventLabels = (event: { id: string; tenantId: string; correlationId: string }): EventLabels => ({
  event_id: event.id,
  tenant_id: event.tenantId,
  correlation_id: event.correlationId,
});
