import { expect, test } from 'vitest';
import { readWebhookSecrets } from './webhook-secrets.ts';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const sources = { product: { secretVariable: 'PRODUCT_SECRET' }, billing: { secretVariable: 'BILLING_SECRET' } };

test('the secrets are read from the variables that the sources name; several in one are all taken', () => {
  const environment = { PRODUCT_SECRET: secret, BILLING_SECRET: ` ${secret}  ${secret.replace('whsec_', '')} ` };
  expect(readWebhookSecrets(sources, environment)).toEqual({
    product: [secret],
    billing: [secret, secret.replace('whsec_', '')],
  });
});

test('a variable that is missing or wrong is named with what is expected, and never shown', () => {
  const wrong = 'whsec_short';
  const read = () => readWebhookSecrets(sources, { PRODUCT_SECRET: wrong });
  expect(read).toThrow(
    /^PRODUCT_SECRET: expected whsec_ and then 24 to 64 bytes in base64\nBILLING_SECRET: not set; .*source billing/,
  );
  expect(read).not.toThrow(/short/);
});

test('without such sources no variable is read', () => {
  expect(readWebhookSecrets({}, {})).toEqual({});
});
