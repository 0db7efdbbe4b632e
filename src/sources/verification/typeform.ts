import type { SignatureScheme } from './scheme.ts';

/** Typeform signs the body and no time: one response can only be told from another by its token. */
export const typeformSha256: SignatureScheme = {
  algorithm: 'hmac-sha256',
  encoding: 'base64',
  signatureHeader: 'typeform-signature',
  signaturePrefix: { text: 'sha256=', required: true },
  signedParts: ['body'],
};
