import type { SignatureScheme } from './scheme.ts';

/** Lusha signs time and body, in hex. It does not say in which unit the time is, nor how old one may be. */
export const lushaSha256: SignatureScheme = {
  algorithm: 'hmac-sha256',
  encoding: 'hex',
  signatureHeader: 'x-lusha-signature',
  signedParts: ['timestamp', { literal: '.' }, 'body'],
  timestamp: {
    header: 'x-lusha-timestamp',
    units: [
      { digits: 13, unitMs: 1 },
      { digits: 10, unitMs: 1_000 },
    ],
    toleranceMs: 5 * 60_000,
  },
};
