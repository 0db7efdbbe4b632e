import { expect, test } from 'vitest';
import { readWebhookSecrets } from './webhook-secrets.ts';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const base64 = { prefix: 'whsec_' };
const senders = {
  product: { secretVariable: 'PRODUCT_SECRET', base64 },
  billing: { secretVariable: 'BILLING_SECRET', base64 },
};
const vendor = { support: { secretVariable: 'SUPPORT_SECRET' } };

test('the secrets are read from the variables that the sources name; several in one are all taken', () => {
  const environment = { PRODUCT_SECRET: secret, BILLING_SECRET: ` ${secret}  ${secret.replace('whsec_', '')} ` };
  expect(readWebhookSecrets(senders, environment)).toEqual({
    product: [secret],
    billing: [secret, secret.replace('whsec_', '')],
  });
  expect(readWebhookSecrets(vendor, { SUPPORT_SECRET: 'any-text!' })).toEqual({ support: ['any-text!'] });
});

test('a variable that is missing or wrong is named with what is expected, and never shown', () => {
  const wrong = 'whsec_short';
  const read = () => readWebhookSecrets(senders, { PRODUCT_SECRET: wrong });
  expect(read).toThrow(
    /^PRODUCT_SECRET: expected whsec_ and then 24 to 64 bytes in base64\nBILLING_SECRET: not set; .*source billing/,
  );
  expect(read).not.toThrow(/short/);
  expect(() => readWebhookSecrets(vendor, { SUPPORT_SECRET: 'long-enough secret' })).toThrow(
    /^SUPPORT_SECRET: expected a secret of at least 8 characters$/,
  );
});

test('without such sources no variable is read', () => {
  expect(readWebhookSecrets({}, {})).toEqual({});
});
