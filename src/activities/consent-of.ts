import { readConsent } from '../db/consents.ts';
import type { OpenEvent } from '../db/event-steps.ts';
import { outreach } from '../decisions/with-consent.ts';
import type { ConsentTrace } from '../domain/decision.ts';
import type { Facts } from '../domain/facts.ts';
import { emailSubject } from '../privacy/subject-aliases.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** The consent that is on record now of the person whom an event is about; one whose address nobody knows has given none. */
export function createConsentOf({ queries, hasher }: Pick<ActivityDependencies, 'queries' | 'hasher'>) {
  return async function consentOf(
    { tenantId }: Pick<OpenEvent, 'tenantId'>,
    { contact }: Pick<Facts, 'contact'>,
  ): Promise<ConsentTrace> {
    const subject = contact?.email === undefined ? undefined : emailSubject(hasher, tenantId, contact.email);
    const record =
      subject === undefined ? undefined : await readConsent(queries, { tenantId, subject, purpose: outreach });
    return {
      purpose: outreach,
      granted: record?.granted ?? false,
      recordedAt: record ? new Date(record.recordedAt).toISOString() : null,
    };
  };
}
