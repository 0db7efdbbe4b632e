/** The workflows that an event can start, by Temporal's name for them. */
export const eventWorkflows = ['gtmEvent', 'leadIntake', 'eraseSubject', 'personChange', 'buyerGroupRefresh'] as const;
export type EventWorkflow = (typeof eventWorkflows)[number];
