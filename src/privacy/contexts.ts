/** What each sealed column is bound to, so that a value copied to another row or column does not open. */
export const eventContext = (eventId: string): string => `event:${eventId}`;
export const factsContext = (eventId: string): string => `facts:${eventId}`;
export const decisionContext = (eventId: string): string => `decision:${eventId}`;
export const violationContext = (violationId: string): string => `violation:${violationId}`;
