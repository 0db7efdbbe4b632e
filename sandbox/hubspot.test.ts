import { Client } from '@hubspot/api-client';
import { AssociationSpecAssociationCategoryEnum } from '@hubspot/api-client/lib/codegen/crm/objects/tasks/index.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestSandbox } from './test-sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let hubspot: Client;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  hubspot = new Client({ accessToken: 'token', basePath: `${sandbox.url}/hubspot`, numberOfApiCallRetries: 0 });
});
afterAll(() => sandbox.close());

test('a deal that was put is read with the properties and associations that were asked for', async () => {
  await sandbox.put(
    'deals/101',
    { dealname: 'Big deal', dealstage: 'negotiation', amount: 5000, secret: 'x' },
    { contacts: ['1'], companies: ['2'] },
  );
  const deal = await hubspot.crm.deals.basicApi.getById('101', ['dealname', 'amount', 'closedate'], undefined, [
    'contacts',
    'companies',
  ]);
  expect(deal.id).toBe('101');
  expect(deal.createdAt).toBeInstanceOf(Date);
  expect(deal.properties).toMatchObject({ dealname: 'Big deal', amount: '5000', closedate: null, hs_object_id: '101' });
  expect(deal.properties).not.toHaveProperty('secret');
  expect(deal.associations?.['contacts']?.results.map(({ id, type }) => [id, type])).toEqual([
    ['1', 'deal_to_contact'],
  ]);
  expect(deal.associations?.['companies']?.results[0]).toMatchObject({ id: '2', type: 'deal_to_company' });
});

test('an object that nobody has put is missing in the shape of HubSpot', async () => {
  await expect(hubspot.crm.contacts.basicApi.getById('404')).rejects.toMatchObject({
    code: 404,
    body: { status: 'error', category: 'OBJECT_NOT_FOUND' },
  });
  await expect(hubspot.crm.owners.ownersApi.getById(404)).rejects.toMatchObject({ code: 404 });
});

test('a change is one effect and is read afterwards', async () => {
  await sandbox.put('contacts/7', { email: 'ada@example.com', firstname: 'Ada' });
  const keyed = {
    middleware: [
      {
        pre: <T extends { setHeaderParam(name: string, value: string): void }>(context: T) => {
          context.setHeaderParam('Idempotency-Key', 'evt-7:crm_update');
          return Promise.resolve(context);
        },
        post: <T>(context: T) => Promise.resolve(context),
      },
    ],
    middlewareMergeStrategy: 'append' as const,
  };
  await hubspot.crm.contacts.basicApi.update('7', { properties: { firstname: 'Grace' } }, undefined, keyed);
  const contact = await hubspot.crm.contacts.basicApi.getById('7', ['firstname', 'email']);
  expect(contact.properties).toMatchObject({ firstname: 'Grace', email: 'ada@example.com' });
  const effects = (await sandbox.effects()).filter(({ target }) => target === 'contacts/7');
  expect(effects).toMatchObject([
    {
      connector: 'hubspot',
      operation: 'contacts.update',
      key: 'evt-7:crm_update',
      body: { properties: { firstname: 'Grace' } },
    },
  ]);
});

test('a task that is made for a deal is found from the deal, and its effect has a key though none was sent', async () => {
  await sandbox.put('deals/102', { dealname: 'With a task' });
  const task = await hubspot.crm.objects.tasks.basicApi.create({
    properties: { hs_task_subject: 'Call' },
    associations: [
      {
        to: { id: '102' },
        types: [{ associationCategory: AssociationSpecAssociationCategoryEnum.HubspotDefined, associationTypeId: 216 }],
      },
    ],
  });
  const deal = await hubspot.crm.deals.basicApi.getById('102', undefined, undefined, ['tasks']);
  expect(deal.associations?.['tasks']?.results.map(({ id }) => id)).toEqual([task.id]);
  const effect = (await sandbox.effects()).find(({ target }) => target === `tasks/${task.id}`);
  expect(effect?.key).toMatch(/^sent-without-a-key:/);
});

test('a batch read answers what there is and names what is missing', async () => {
  await sandbox.put('companies/2', { name: 'Initech' });
  const batch = await hubspot.crm.companies.batchApi.read({
    inputs: [{ id: '2' }, { id: '3' }],
    properties: ['name'],
    propertiesWithHistory: [],
  });
  expect(batch.results.map(({ properties }) => properties['name'])).toEqual(['Initech']);
  expect(batch).toMatchObject({ numErrors: 1, errors: [{ context: { ids: ['3'] } }] });
});

test('owners and the labels of deal stages are readable', async () => {
  await sandbox.put('owners/55', { email: 'owner@example.com', firstName: 'Olga' });
  const owner = await hubspot.crm.owners.ownersApi.getById(55);
  expect(owner).toMatchObject({ id: '55', email: 'owner@example.com', firstName: 'Olga', archived: false });
  const { results } = await hubspot.crm.pipelines.pipelinesApi.getAll('deals');
  const labels = results.flatMap(({ stages }) => stages.map(({ id, label }) => `${id}=${label}`));
  expect(labels).toContain('appointmentscheduled=Appointment Scheduled');
  expect(labels).toContain('negotiation=Negotiation');
});

test('an erased contact is gone, and so is what its effects held', async () => {
  await sandbox.put('contacts/8', { email: 'erase@example.com' });
  await hubspot.crm.contacts.basicApi.update('8', { properties: { firstname: 'Erasable' } });
  await hubspot.apiRequest({
    method: 'POST',
    path: '/crm/v3/objects/contacts/gdpr-delete',
    body: { objectId: 'erase@example.com', idProperty: 'email' },
  });
  await expect(hubspot.crm.contacts.basicApi.getById('8')).rejects.toMatchObject({ code: 404 });
  expect(JSON.stringify(await sandbox.effects())).not.toContain('Erasable');
});

test('a call without a bearer token is refused in the shape of HubSpot', async () => {
  const response = await sandbox.ask('GET', '/hubspot/crm/v3/objects/deals/101');
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ status: 'error', category: 'INVALID_AUTHENTICATION' });
});
