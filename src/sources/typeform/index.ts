import { oneLead } from '../lead/one-lead.ts';
import type { ConsentQuestion, Source } from '../source.ts';
import { typeformSha256 } from '../verification/typeform.ts';
import { leadOf } from './normalise.ts';

const createTypeform = (question?: ConsentQuestion): Source => ({
  name: 'typeform',
  sendsLeads: true,
  verification: typeformSha256,
  parse: (body, receivedAt) => oneLead(body, receivedAt, (response) => leadOf(response, question)),
  withConsent: createTypeform,
});

/** Typeform's webhooks: one response of a form a request. */
export const typeform = createTypeform();
