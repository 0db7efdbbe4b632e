import { z } from 'zod';

const text = z.string().optional().catch(undefined);
const field = z.object({ objectTypeId: text, name: z.string(), value: z.unknown() });

/** What is read of a submission; what is not as HubSpot's Forms API wants it is left out. */
export const submission = z.object({
  fields: z
    .array(z.unknown())
    .catch([])
    .transform((fields) => fields.flatMap((each) => field.safeParse(each).data ?? [])),
  submittedAt: z.union([z.string(), z.number()]).optional().catch(undefined),
  // Its ipAddress is what the page says; nothing in a body is believed about an address.
  context: z
    .object({ hutk: text, pageUri: text, pageName: text, pageId: text, sfdcCampaignId: text })
    .optional()
    .catch(undefined),
  legalConsentOptions: z
    .object({ consent: z.looseObject({ consentToProcess: z.unknown() }) })
    .optional()
    .catch(undefined),
});
