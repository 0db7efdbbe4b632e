import { insertConsent, readConsent } from '../db/consents.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { outreach } from '../decisions/with-consent.ts';
import type { Hasher } from '../privacy/hasher.ts';
import { emailSubject } from '../privacy/subject-aliases.ts';

/** What people can consent to. */
export const purposes = [outreach] as const;
export type Purpose = (typeof purposes)[number];

export interface Consent {
  granted: boolean;
  source: string;
  /** ISO 8601. */
  recordedAt: string;
}

/** The consents of one tenant. An address is hashed before anything else is done with it, and is never stored. */
export function createConsents(options: { queries: Queries; hasher: Hasher; tenantId: string }) {
  const { queries, hasher, tenantId } = options;
  const keyOf = (email: string, purpose: Purpose) => ({
    tenantId,
    subject: emailSubject(hasher, tenantId, email),
    purpose,
  });

  return {
    /** Adds a record; earlier ones stay, and the latest holds. */
    record: (consent: { email: string; purpose: Purpose; granted: boolean; source: string }): Promise<void> =>
      orUnavailable(insertConsent(queries, keyOf(consent.email, consent.purpose), consent)),

    async read(email: string, purpose: Purpose): Promise<Consent | undefined> {
      const found = await orUnavailable(readConsent(queries, keyOf(email, purpose)));
      return found && { ...found, recordedAt: new Date(found.recordedAt).toISOString() };
    },
  };
}

export type Consents = ReturnType<typeof createConsents>;
