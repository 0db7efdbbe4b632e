import { expect } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { contestedDeal, newId } from './hubspot-events.ts';

/** Runs a test in a Causeway of its own, since faults and counts are of all its events. */
export const inCauseway =
  (settings: string, test: (causeway: Causeway) => Promise<void>) => async (): Promise<void> => {
    const causeway = await startCauseway({ settings });
    try {
      await test(causeway);
    } finally {
      await causeway.close();
    }
  };

const reads = [
  'deals.read',
  'pipelines.list',
  'contacts.batchRead',
  'companies.batchRead',
  'tasks.batchRead',
  'owners.read',
];

/** How often HubSpot was asked for each: deals, pipelines, contacts, companies, tasks, owners. */
export const asked = ({ sandbox }: Causeway): Promise<number[]> =>
  Promise.all(reads.map((operation) => sandbox.calls('hubspot', operation)));

/** Posts changes, and says the ids of their events. */
export async function post(causeway: Causeway, changes: readonly Record<string, unknown>[]): Promise<string[]> {
  const { status, body } = await causeway.post(changes);
  expect(status).toBe(202);
  return body.events.map(({ id }) => id);
}

/** Posts one change; resolves to the id of its event when that has ended. */
export async function happened(causeway: Causeway, change: Record<string, unknown>): Promise<string> {
  const [id = ''] = await post(causeway, [change]);
  await causeway.finished(id, 90_000);
  return id;
}

/** What deals share in the CRM: a contact, a company, an owner, an open task and one that is done. */
export async function arrange({ sandbox }: Causeway) {
  const people = { contact: String(newId()), company: String(newId()), owner: String(newId()) };
  const { contact, company, owner } = people;
  const [open, done] = [String(newId()), String(newId())];
  await sandbox.put('contacts', contact, { email: `ada-${contact}@example.com`, firstname: 'Ada' });
  await sandbox.put('companies', company, { name: 'Acme', numberofemployees: '1200', industry: 'BIOTECHNOLOGY' });
  await sandbox.put('owners', owner, { email: `olga-${owner}@example.com`, firstName: 'Olga' });
  await sandbox.put('tasks', open, { hs_task_subject: 'Send the offer', hs_task_status: 'IN_PROGRESS' });
  await sandbox.put('tasks', done, { hs_task_subject: 'Call', hs_task_status: 'COMPLETED' });
  const associations = { contacts: [contact], companies: [company], tasks: [open, done] };
  const deal = async (): Promise<number> => {
    const id = newId();
    await sandbox.put('deals', String(id), { ...contestedDeal(), hubspot_owner_id: owner }, associations);
    return id;
  };
  return { ...people, deal };
}
