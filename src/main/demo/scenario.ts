/** One event of the demonstration: what the CRM knows, what HubSpot sends, and what has to come of it. */
export interface DemoEvent {
  title: string;
  event: Record<string, unknown>;
  /** `connector operation` of each effect that has to exist, exactly once. */
  expected: readonly string[];
}

export interface Scenario {
  /** Objects to put into the sandbox's CRM: path and body. */
  crm: readonly {
    path: string;
    body: { properties: Record<string, string>; associations?: Record<string, string[]> };
  }[];
  events: readonly DemoEvent[];
}

const dayMs = 86_400_000;
const portalId = 48_975_575;

/** Five events around four deals. `run` makes the ids of each run its own, since an event is only ever taken once. */
export function buildScenario(run: number, nowMs: number): Scenario {
  const inDays = (days: number) => new Date(nowMs + days * dayMs).toISOString();
  const id = (offset: number) => run * 10 + offset;
  const stalled = id(1);
  const contested = id(2);
  const quiet = id(3);
  const overdue = id(4);
  const owner = id(5);
  const contact = id(6);
  const company = id(7);
  const change = (objectId: number, propertyName: string, propertyValue: string) => ({
    eventId: objectId,
    subscriptionId: 6_547_123,
    portalId,
    appId: 39_522_895,
    occurredAt: nowMs,
    subscriptionType: 'deal.propertyChange',
    attemptNumber: 0,
    objectId,
    propertyName,
    propertyValue,
    changeSource: 'CRM_UI',
    sourceId: 'userId:98499705',
  });
  const people = { contacts: [String(contact)], companies: [String(company)] };
  return {
    crm: [
      {
        path: `owners/${owner}`,
        body: { properties: { email: 'ada.owner@example.com', firstName: 'Ada', lastName: 'Owner' } },
      },
      {
        path: `contacts/${contact}`,
        body: { properties: { email: 'bo.buyer@example.net', firstname: 'Bo', lastname: 'Buyer' } },
      },
      { path: `companies/${company}`, body: { properties: { name: 'Example Industries' } } },
      {
        path: `deals/${stalled}`,
        body: {
          properties: deal('Fleet renewal', 'qualifiedtobuy', inDays(12), inDays(-15), owner),
          associations: people,
        },
      },
      {
        path: `deals/${contested}`,
        body: {
          properties: {
            ...deal('Plant extension', 'negotiation', inDays(60), inDays(-1), owner),
            competitors: 'Acme;Globex',
          },
          associations: people,
        },
      },
      {
        path: `deals/${quiet}`,
        body: { properties: deal('Pilot', 'appointmentscheduled', inDays(90), inDays(-2), owner) },
      },
      {
        path: `deals/${overdue}`,
        body: { properties: deal('Overdue offer', 'contractsent', inDays(-3), inDays(-30)) },
      },
    ],
    events: [
      {
        title: 'stalled deal, closing soon',
        event: change(stalled, 'closedate', String(nowMs + 12 * dayMs)),
        expected: ['gmail drafts.create'],
      },
      {
        title: 'competitors in negotiation',
        event: change(contested, 'dealstage', 'negotiation'),
        expected: ['slack chat.postMessage'],
      },
      { title: 'a deal that needs nothing', event: change(quiet, 'amount', '2000'), expected: [] },
      {
        title: 'overdue deal without a contact',
        event: change(overdue, 'dealstage', 'contractsent'),
        expected: ['gmail drafts.create'],
      },
      {
        title: 'a new contact',
        event: {
          eventId: id(8),
          subscriptionId: 6_527_595,
          portalId,
          appId: 39_522_895,
          occurredAt: nowMs,
          subscriptionType: 'contact.creation',
          attemptNumber: 0,
          objectId: contact,
          changeSource: 'INTEGRATION',
          sourceId: '39522895',
          changeFlag: 'CREATED',
        },
        expected: [],
      },
    ],
  };
}

const deal = (
  dealname: string,
  dealstage: string,
  closedate: string,
  lastActivity: string,
  owner?: number,
): Record<string, string> => ({
  dealname,
  dealstage,
  pipeline: 'default',
  closedate,
  notes_last_updated: lastActivity,
  ...(owner !== undefined && { hubspot_owner_id: String(owner) }),
});
