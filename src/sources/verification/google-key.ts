import type { VerificationScheme } from './scheme.ts';

/** Google Ads signs nothing: the key that was written into the form comes in every lead. */
export const googleKey: VerificationScheme = { algorithm: 'shared-key', keyField: 'google_key' };
