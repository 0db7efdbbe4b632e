import { type CrmObject, crmObjects } from '../crm.ts';
import type { Operation } from '../vendor.ts';
import { hubspotFailure } from './failure.ts';

const owners = crmObjects('owners');

export const ownerOperations: readonly Operation[] = [
  {
    name: 'owners.read',
    method: 'GET',
    paths: ['/crm/v3/owners/:id'],
    run({ path, state }) {
      const owner = owners.find(state, path['id'] ?? '');
      return { answer: owner ? { status: 200, body: showOwner(owner) } : hubspotFailure(404, 'resource not found') };
    },
  },
  {
    name: 'owners.list',
    method: 'GET',
    paths: ['/crm/v3/owners', '/crm/v3/owners/'],
    run({ query, state }) {
      const email = query.get('email');
      const results = owners.list(state).map(showOwner);
      return {
        answer: { status: 200, body: { results: results.filter((owner) => email === null || owner.email === email) } },
      };
    },
  },
];

function showOwner({ id, properties, createdAt, updatedAt }: CrmObject) {
  const numericId = Number.parseInt(id, 10);
  const userId = Number.isNaN(numericId) ? 1 : numericId % 2_147_483_647;
  return {
    id,
    email: properties['email'] ?? '',
    type: 'PERSON',
    firstName: properties['firstName'] ?? properties['firstname'] ?? '',
    lastName: properties['lastName'] ?? properties['lastname'] ?? '',
    userId,
    userIdIncludingInactive: userId,
    createdAt,
    updatedAt,
    archived: false,
  };
}
