import { z } from 'zod';

const text = z.string().optional().catch(undefined);
const field = z.object({
  objectTypeId: text.describe('`0-1`, or none, for a property of the contact.'),
  name: z.string().describe('Of the property: `email`, `firstname`, `lastname`, `phone`, `message`, `utm_source` …'),
  value: z.unknown(),
});

/** What is read of a submission; what is not as HubSpot's Forms API wants it is left out. */
export const submission = z.object({
  fields: z
    .array(z.unknown())
    .catch([])
    .transform((fields) => fields.flatMap((each) => field.safeParse(each).data ?? [])),
  submittedAt: z.union([z.string(), z.number()]).optional().catch(undefined).describe('In epoch milliseconds.'),
  // Its ipAddress is what the page says; nothing in a body is believed about an address.
  context: z
    .object({ hutk: text, pageUri: text, pageName: text, pageId: text, sfdcCampaignId: text })
    .optional()
    .catch(undefined),
  legalConsentOptions: z
    .object({
      consent: z.looseObject({
        consentToProcess: z
          .unknown()
          .meta({ type: 'boolean', description: 'Only with `true` is anything of the lead kept.' }),
      }),
    })
    .optional()
    .catch(undefined),
});

export const submissionBody = submission
  .extend({ fields: z.array(field).describe('One has to be `email`.') })
  .describe('One submission, as it is posted to HubSpot. What is not as described here is left out.');
