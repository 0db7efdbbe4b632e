import type { SignatureScheme } from './scheme.ts';

/** Standard Webhooks 1.0.0, its symmetric signatures (`v1`). */
export const standardWebhooksV1: SignatureScheme = {
  algorithm: 'hmac-sha256',
  encoding: 'base64',
  signatureHeader: 'webhook-signature',
  signatureSeparator: ' ',
  signaturePrefix: { text: 'v1,', required: true },
  secret: { prefix: 'whsec_', encoding: 'base64' },
  signedParts: [{ header: 'webhook-id' }, { literal: '.' }, 'timestamp', { literal: '.' }, 'body'],
  timestamp: { header: 'webhook-timestamp', units: [{ digits: 10, unitMs: 1000 }], toleranceMs: 5 * 60_000 },
};
