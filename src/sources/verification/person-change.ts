import type { SignatureScheme } from './scheme.ts';

/** Role changes as anybody may send them: over time and body, in hex; `sha256=` may stand before it. */
export const personChangeSha256: SignatureScheme = {
  algorithm: 'hmac-sha256',
  encoding: 'hex',
  signatureHeader: 'x-signature',
  signaturePrefix: { text: 'sha256=', required: false },
  signedParts: ['timestamp', { literal: '.' }, 'body'],
  timestamp: {
    header: 'x-timestamp',
    units: [
      { digits: 13, unitMs: 1 },
      { digits: 10, unitMs: 1_000 },
    ],
    toleranceMs: 5 * 60_000,
  },
};
