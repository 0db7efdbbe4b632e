import type { Vendor } from '../vendor.ts';
import { objectTypes } from '../crm.ts';
import { associationOperations } from './association-operations.ts';
import { hubspotFailure } from './failure.ts';
import { objectOperations } from './object-operations.ts';
import { ownerOperations } from './owner-operations.ts';
import { pipelineOperations } from './pipeline-operations.ts';
import { privacyOperations } from './privacy-operations.ts';
import { upsertContacts } from './upsert-contacts.ts';

export const hubspot: Vendor = {
  connector: 'hubspot',
  prefix: '/hubspot',
  operations: [
    ...objectTypes.flatMap(objectOperations),
    ...objectTypes.flatMap(associationOperations),
    upsertContacts,
    ...ownerOperations,
    ...pipelineOperations,
    ...privacyOperations,
  ],
  unauthenticated: () =>
    hubspotFailure(
      401,
      'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
    ),
  failure: hubspotFailure,
};
