/** An object to put into the sandbox's CRM: path and body. */
export interface CrmObject {
  path: string;
  body: { properties: Record<string, string>; associations?: Record<string, string[]> };
}

export type CrmIds = ReturnType<typeof crmOf>['ids'];
export type CrmEmails = ReturnType<typeof crmOf>['emails'];

const dayMs = 86_400_000;

/** Five deals, and the people around them. */
export function crmOf(run: number, nowMs: number) {
  const inDays = (days: number) => new Date(nowMs + days * dayMs).toISOString();
  const id = (offset: number) => run * 10 + offset;
  const ids = {
    stalled: id(1),
    contested: id(2),
    quiet: id(3),
    overdue: id(4),
    owner: id(5),
    contact: id(6),
    company: id(7),
    unasked: id(8),
    unaskedContact: id(9),
  };
  const emails = {
    consenting: 'bo.buyer@example.net',
    // Another one in each run: nobody has ever put anything about it on record.
    unasked: `cy.customer.${run}@example.net`,
  };
  const owner = String(ids.owner);
  const people = { contacts: [String(ids.contact)], companies: [String(ids.company)] };
  const deal = (name: string, stage: string, closesInDays: number, idleDays: number) => ({
    dealname: name,
    dealstage: stage,
    pipeline: 'default',
    closedate: inDays(closesInDays),
    notes_last_updated: inDays(-idleDays),
  });
  const owned = { hubspot_owner_id: owner };
  const objects = [
    object(`owners/${owner}`, { email: 'ada.owner@example.com', firstName: 'Ada', lastName: 'Owner' }),
    object(`contacts/${ids.contact}`, { email: emails.consenting, firstname: 'Bo', lastname: 'Buyer' }),
    object(`contacts/${ids.unaskedContact}`, { email: emails.unasked, firstname: 'Cy', lastname: 'Customer' }),
    object(`companies/${ids.company}`, { name: 'Example Industries' }),
    object(`deals/${ids.stalled}`, { ...deal('Fleet renewal', 'qualifiedtobuy', 12, 15), ...owned }, people),
    object(
      `deals/${ids.contested}`,
      { ...deal('Plant extension', 'negotiation', 60, 1), ...owned, competitors: 'Acme;Globex' },
      people,
    ),
    object(`deals/${ids.quiet}`, { ...deal('Pilot', 'appointmentscheduled', 90, 2), ...owned }),
    object(`deals/${ids.overdue}`, deal('Overdue offer', 'contractsent', -3, 30)),
    object(
      `deals/${ids.unasked}`,
      { ...deal('Second site', 'qualifiedtobuy', 9, 20), ...owned },
      { contacts: [String(ids.unaskedContact)] },
    ),
  ];
  return { objects, ids, emails };
}

function object(path: string, properties: Record<string, string>, associations?: Record<string, string[]>): CrmObject {
  return { path, body: { properties, ...(associations && { associations }) } };
}
