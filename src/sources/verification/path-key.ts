import type { VerificationScheme } from './scheme.ts';

/** The sender signs nothing: the secret is the last part of the address that it was given, `/webhooks/<name>/<secret>`. */
export const pathKey: VerificationScheme = { algorithm: 'path-key' };
