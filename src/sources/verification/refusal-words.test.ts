import { describe, expect, it } from 'vitest';
import { googleKey } from './google-key.ts';
import { hubspotV3 } from './hubspot-v3.ts';
import { lushaSha256 } from './lusha.ts';
import { pathKey } from './path-key.ts';
import { personChangeSha256 } from './person-change.ts';
import { explainRefusal } from './refusal-words.ts';
import type { SignatureScheme } from './scheme.ts';
import { standardWebhooksV1 } from './standard-webhooks.ts';
import { typeformSha256 } from './typeform.ts';

/** Protects senders from a refusal that does not say what to do. */

const reasons = [
  'missing_signature',
  'missing_header',
  'missing_timestamp',
  'bad_timestamp',
  'stale_timestamp',
  'unsupported_version',
  'wrong_signature',
] as const;

describe('a refusal', () => {
  it.each<[string, SignatureScheme]>([
    ['HubSpot', hubspotV3],
    ['Lusha', lushaSha256],
    ['a role change', personChangeSha256],
    ['Standard Webhooks', standardWebhooksV1],
  ])('of %s has words of its own for each reason, which name the header that is meant', (_name, scheme) => {
    const said = reasons.map((reason) => explainRefusal(scheme, reason));
    expect(new Set(said).size).toBe(reasons.length);
    for (const reason of ['missing_signature', 'unsupported_version', 'wrong_signature'] as const)
      expect(explainRefusal(scheme, reason)).toContain(scheme.signatureHeader);
    for (const reason of ['missing_timestamp', 'bad_timestamp', 'stale_timestamp'] as const)
      expect(explainRefusal(scheme, reason)).toContain(scheme.timestamp?.header);
  });

  it('says how a request is signed, as the scheme has it', () => {
    expect(explainRefusal(personChangeSha256, 'missing_signature')).toBe(
      'the header x-signature is missing; it is the HMAC-SHA256 over <x-timestamp>.<the raw body>, in hex, sha256= before it or not',
    );
    expect(explainRefusal(standardWebhooksV1, 'wrong_signature')).toContain(
      'over <webhook-id>.<webhook-timestamp>.<the raw body>, in base64, v1, before it; the key is the secret of the source, its part behind whsec_ decoded from base64',
    );
    expect(explainRefusal(typeformSha256, 'wrong_signature')).toContain(
      'over <the raw body>, in base64, sha256= before',
    );
    expect(explainRefusal(standardWebhooksV1, 'missing_header')).toContain('send webhook-id');
  });

  it.each([
    ['missing_signature', /^the field google_key of the body, a JSON object, has to hold the secret/],
    ['wrong_signature', /^the field google_key of the body is not the secret of this source/],
  ] as const)('of a key in the body names its field: %s', (reason, words) => {
    expect(explainRefusal(googleKey, reason)).toMatch(words);
  });

  it('of a secret in the address says where it stands, and not what it is', () => {
    expect(explainRefusal(pathKey, 'wrong_signature')).toContain('/webhooks/<source>/<secret>');
  });
});
