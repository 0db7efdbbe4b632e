import { oneLead } from '../lead/one-lead.ts';
import type { Source } from '../source.ts';
import { standardWebhooksV1 } from '../verification/standard-webhooks.ts';
import { leadOf } from './normalise.ts';
import sample from './samples/submission.json' with { type: 'json' };
import { submissionBody } from './schema.ts';

/**
 * What a site posts to HubSpot's Forms API, sent to us as well. HubSpot has no hand in it, so it is not signed as HubSpot signs:
 * the site's own server signs by Standard Webhooks, whose message id tells a submission that comes again. A page cannot, as it keeps
 * no secret; it posts to /ingest.
 */
export const hubspotForms: Source = {
  name: 'hubspot-forms',
  sendsLeads: true,
  verification: standardWebhooksV1,
  body: { schema: submissionBody, example: sample },
  explainsUnreadable: true,
  parse(body, receivedAt, headers) {
    const messageId = headers['webhook-id'];
    if (typeof messageId !== 'string') {
      return { kind: 'refused', status: 400, message: 'Expected one header webhook-id.' };
    }
    return oneLead(body, receivedAt, (submission) => leadOf(submission, messageId));
  },
};
