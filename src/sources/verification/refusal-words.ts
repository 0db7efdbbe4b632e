import type { SignatureScheme, VerificationScheme } from './scheme.ts';
import { encodingOf, keyOf, signedText, timeHeader, timeUnits } from './scheme-words.ts';
import type { VerificationFailure } from './verify.ts';

/**
 * What a sender has to do to be believed, in words made of the scheme alone: nothing of the request, of a secret, or of what would have
 * been right is in them, so that whoever guesses learns what the documentation says anyway.
 */
export function explainRefusal(scheme: VerificationScheme, reason: VerificationFailure): string {
  if (scheme.algorithm === 'path-key') {
    return 'the last part of the address is not the secret of this source; call the whole address that was set up, /webhooks/<source>/<secret>';
  }
  if (scheme.algorithm === 'shared-key') {
    const field = `the field ${scheme.keyField} of the body`;
    return reason === 'missing_signature'
      ? `${field}, a JSON object, has to hold the secret of this source as a text; it is not there`
      : `${field} is not the secret of this source; set the same on both sides`;
  }
  return ofSignature[reason](scheme);
}

const ofSignature: Readonly<Record<VerificationFailure, (scheme: SignatureScheme) => string>> = {
  missing_signature: (scheme) => `the header ${scheme.signatureHeader} is missing; ${signingRule(scheme)}`,
  missing_header: (scheme) =>
    `a header that is signed is missing; send ${scheme.signedParts
      .flatMap((part) => (typeof part === 'object' && 'header' in part ? [part.header] : []))
      .join(', ')}`,
  missing_timestamp: (scheme) => `the header ${timeHeader(scheme)} is missing; it says when the request was signed`,
  bad_timestamp: (scheme) =>
    `the header ${timeHeader(scheme)} is no time; send ${timeUnits(scheme)} since 1970, in digits`,
  stale_timestamp: (scheme) =>
    `the time in ${timeHeader(scheme)} is more than ${(scheme.timestamp?.toleranceMs ?? 0) / 60_000} minutes from ours; sign right before you send, also when you send again, and set your clock`,
  unsupported_version: (scheme) =>
    `the request is signed in a version that is not accepted; send the header ${scheme.signatureHeader}`,
  wrong_signature: (scheme) =>
    `${scheme.signatureHeader} does not match: use the secret of this source, and sign the bytes of the body as they are sent, before anything formats them; ${signingRule(scheme)}`,
};

/** As a sender has to do it: `it is the HMAC-SHA256 over <x-timestamp>.<the raw body>, in hex`. */
const signingRule = (scheme: SignatureScheme): string =>
  `it is the HMAC-SHA256 over ${signedText(scheme)}, ${encodingOf(scheme)}${scheme.secret ? `; the key is ${keyOf(scheme)}` : ''}`;
