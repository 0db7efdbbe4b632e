let lastId = Math.floor(Math.random() * 1e9);

/** An id that no other object or event of this run has. */
export const newId = (): number => (lastId += 1);

export const daysFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

/** A change of a deal's property in HubSpot's form; anything can be given another value. */
export function dealChange(objectId: number, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    eventId: newId(),
    subscriptionId: 6_547_123,
    portalId: 48_975_575,
    appId: 39_522_895,
    occurredAt: Date.now(),
    subscriptionType: 'deal.propertyChange',
    attemptNumber: 0,
    objectId,
    propertyName: 'amount',
    propertyValue: String(newId()),
    changeSource: 'CRM_UI',
    sourceId: 'userId:98499705',
    ...change,
  };
}

/** What the CRM knows of a deal that the rule for stalled deals decides: one draft. */
export const stalledDeal = (): Record<string, string> => ({
  dealname: 'Stalled deal',
  dealstage: 'qualifiedtobuy',
  pipeline: 'default',
  closedate: daysFromNow(10),
  notes_last_updated: daysFromNow(-20),
});

/** What the CRM knows of a deal that no rule decides. */
export const calmDeal = (): Record<string, string> => ({ ...stalledDeal(), closedate: daysFromNow(90) });

/** What the CRM knows of a deal that the rule for competitors decides: one message. */
export const contestedDeal = (): Record<string, string> => ({
  dealname: 'Contested deal',
  dealstage: 'negotiation',
  pipeline: 'default',
  closedate: daysFromNow(60),
  notes_last_updated: daysFromNow(-1),
  competitors: 'Acme;Globex',
});
