import type { SignatureScheme } from './scheme.ts';

/**
 * HubSpot's third version of signatures. The two before sign no time, so that anyone who has seen such a request could
 * send it again for ever; HubSpot sends all three together, and only this one counts.
 */
export const hubspotV3: SignatureScheme = {
  algorithm: 'hmac-sha256',
  encoding: 'base64',
  signatureHeader: 'x-hubspot-signature-v3',
  signedParts: ['method', 'uri', 'body', 'timestamp'],
  timestamp: {
    header: 'x-hubspot-request-timestamp',
    units: [{ digits: 13, unitMs: 1 }],
    toleranceMs: 5 * 60_000,
  },
  uriDecoding: {
    '%3A': ':',
    '%2F': '/',
    '%3F': '?',
    '%40': '@',
    '%21': '!',
    '%24': '$',
    '%27': "'",
    '%28': '(',
    '%29': ')',
    '%2A': '*',
    '%2C': ',',
    '%3B': ';',
  },
  unsupportedHeaders: ['x-hubspot-signature'],
};
