import { oneLead } from '../lead/one-lead.ts';
import type { ConsentQuestion, Source } from '../source.ts';
import { typeformSha256 } from '../verification/typeform.ts';
import { leadOf } from './normalise.ts';
import sample from './samples/response.json' with { type: 'json' };
import { responseBody } from './schema.ts';

const createTypeform = (question?: ConsentQuestion): Source => ({
  name: 'typeform',
  sendsLeads: true,
  verification: typeformSha256,
  body: { schema: responseBody, example: sample },
  parse: (body, receivedAt) => oneLead(body, receivedAt, (response) => leadOf(response, question)),
  withConsent: createTypeform,
});

/** Typeform's webhooks: one response of a form a request. */
export const typeform = createTypeform();
