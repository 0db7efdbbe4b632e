import type { Vendor } from '../vendor.ts';
import { createResponse } from './create-response.ts';
import { openAiFailure } from './failure.ts';

export const openai: Vendor = {
  connector: 'openai',
  prefix: '/openai/v1',
  operations: [createResponse],
  unauthenticated: () => openAiFailure(401, "You didn't provide an API key."),
  failure: openAiFailure,
};
