import { oneLead } from '../lead/one-lead.ts';
import type { ConsentQuestion, Source } from '../source.ts';
import { googleKey } from '../verification/google-key.ts';
import { leadOf } from './normalise.ts';
import sample from './samples/lead.json' with { type: 'json' };
import { leadBody } from './schema.ts';

/** Ids of the sample are longer than a number holds. */
const example = {
  ...sample,
  form_id: 40000000001,
  campaign_id: 20734511234,
  adgroup_id: 162345678901,
  creative_id: 401,
};

const createGoogleAds = (question?: ConsentQuestion): Source => ({
  name: 'google-ads',
  sendsLeads: true,
  verification: googleKey,
  body: { schema: leadBody, example },
  parse: (body, receivedAt) => oneLead(withoutKey(body), receivedAt, (lead) => leadOf(lead, question)),
  // Google takes a lead for delivered when it reads exactly this.
  respond: () => ({ status: 200, body: {} }),
  withConsent: createGoogleAds,
});

/** The webhook of Google Ads' lead forms: one lead a request. */
export const googleAds = createGoogleAds();

/** What does not fit is kept as it came, and the key is no part of it. */
function withoutKey(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('google_key' in body)) return body;
  const { google_key: _, ...lead } = body;
  return lead;
}
