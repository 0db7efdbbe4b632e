import { hasConsent, type LeadEvent } from '../domain/lead.ts';
import type { NormalisedLead } from '../domain/normalised-lead.ts';
import { deviceOf } from './device.ts';
import { isDisposable } from './disposable.ts';
import { normaliseEmail } from './email.ts';
import { createPhoneReader } from './phone.ts';
import { utmColumns } from './utm.ts';

export type NormaliseLead = (lead: LeadEvent) => NormalisedLead;

/**
 * Makes the function that turns a lead into its row. A country that does not exist is an error here; the function itself
 * answers for every lead: what cannot be understood has no twin, and is kept.
 */
export function createNormaliser({ defaultCountry }: { defaultCountry?: string | undefined }): NormaliseLead {
  const readPhone = createPhoneReader(defaultCountry);
  return (lead) => {
    const { email, email_key, domain } = normaliseEmail(lead.email);
    const utm = utmColumns(lead);
    return {
      idempotency_key: lead.idempotency_key,
      source: lead.source,
      email: lead.email,
      consent: hasConsent(lead.consent),
      event_id: lead.event_id ?? null,
      first_name: lead.first_name ?? null,
      last_name: lead.last_name ?? null,
      phone: lead.phone ?? null,
      message: lead.message ?? null,
      submission_type: lead.submission_type ?? null,
      user_agent: lead.user_agent ?? null,
      metadata: lead.metadata ?? null,
      ...utm.columns,
      normalised: {
        email,
        email_key,
        disposable: isDisposable(domain),
        phone_e164: lead.phone == null ? null : readPhone(lead.phone),
        utm_cut: utm.cut,
        device: lead.user_agent == null ? null : deviceOf(lead.user_agent),
      },
    };
  };
}
