import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { parseCausewayFile } from '../config/causeway-file.ts';
import { parseEnvironment } from '../config/environment.ts';
import type { Source } from '../sources/source.ts';
import { hubspotV3 } from '../sources/verification/hubspot-v3.ts';
import type { SignatureScheme } from '../sources/verification/scheme.ts';
import { configuredSources } from './configured-sources.ts';

/** Protects the set-up of senders: who is named in causeway.yaml is let in, and what is wrong there is said at the start. */

const vendor = (name: string, signedParts: SignatureScheme['signedParts']): Source => ({
  name,
  verification: { ...hubspotV3, signedParts },
  body: { schema: z.unknown(), example: {} },
  parse: () => ({ kind: 'events', events: [] }),
});
const vendors = [vendor('support', ['body']), vendor('billing', ['uri', 'body'])];

const configured = (text: string) =>
  configuredSources(parseEnvironment({}), parseCausewayFile(`sources: {${text}}`), 'default', vendors);

const product = '{ secretVariable: PRODUCT_SECRET, fields: { objectType: type, objectId: id } }';
const url = 'https://hooks.example.com/webhooks/billing';

afterEach(() => vi.unstubAllEnvs());

test('HubSpot needs no word of causeway.yaml; a vendor needs its name and the variable of its secret', () => {
  vi.stubEnv('SUPPORT_SECRET', 'support-secret');
  vi.stubEnv('BILLING_SECRET', 'billing-secret another-secret');
  expect([...configured('').keys()]).toEqual(['hubspot', 'person-change']);
  const sources = configured(
    `support: { secretVariable: SUPPORT_SECRET }, billing: { secretVariable: BILLING_SECRET, url: "${url}" }`,
  );
  expect(sources.get('support')).toEqual({
    source: vendors[0],
    tenantId: 'default',
    url: '',
    secrets: ['support-secret'],
  });
  expect(sources.get('billing')).toMatchObject({ url, secrets: ['billing-secret', 'another-secret'] });
});

test('a lead form is read by the question of consent that is named for it', () => {
  vi.stubEnv('FORM_SECRET', 'form-secret');
  const form: Source = {
    ...vendor('form', ['body']),
    withConsent: ({ field, answer }) => vendor(`${field}=${answer}`, ['body']),
  };
  const text = 'sources: { form: { secretVariable: FORM_SECRET, consent: { field: " agree ", answer: Ja } } }';
  const sources = configuredSources(parseEnvironment({}), parseCausewayFile(text), 'default', [form]);
  expect(sources.get('form')?.source.name).toBe('agree=Ja');
});

describe('a start is refused when', () => {
  test.each([
    [
      'the secret of a team is missing',
      `product: ${product}`,
      /^PRODUCT_SECRET: not set; .*source product \(whsec_…\)$/,
    ],
    ['the secret of a vendor is missing', 'support: { secretVariable: S }', /^S: not set; .*source support$/],
    ['HubSpot is named', `hubspot: ${product}`, /sources\.hubspot: .* set up by HUBSPOT_CLIENT_SECRET/],
    [
      'role changes are named',
      `person-change: ${product}`,
      /sources\.person-change: .* set up by PERSON_CHANGE_SECRET/,
    ],
    ['a team takes the name of a vendor', `support: ${product}`, /sources\.support: .* is built in; leave fields out/],
    ['nobody knows the form of the events', 'sales: { secretVariable: S }', /sources\.sales: fields: expected/],
    [
      'a question of consent is named that nobody reads',
      'support: { secretVariable: S, consent: { field: f } }',
      /sources\.support: consent: /,
    ],
    [
      'a question of consent is named for events of a team',
      `product: { secretVariable: S, consent: { field: f }, fields: { objectType: t, objectId: i } }`,
      /sources\.product: consent: /,
    ],
    ['a signed address is missing', 'billing: { secretVariable: S }', /sources\.billing: url: expected/],
  ])('%s', (_what, text, problem) => {
    expect(() => configured(text)).toThrow(problem);
  });
});

test('what is wrong is said of the file that stands in for causeway.yaml, by its name', () => {
  const configuration = { ...parseEnvironment({}), CAUSEWAY_FILE: 'conf/team.yaml' };
  const set = (text: string) => () =>
    configuredSources(configuration, parseCausewayFile(`sources: {${text}}`), 'default', []);
  expect(set('nobody: { secretVariable: NOBODY_SECRET }')).toThrow(/^conf\/team\.yaml: sources\.nobody: /);
  expect(set('shop: { secretVariable: MISSING_SECRET, fields: { objectType: a, objectId: b } }')).toThrow(
    /conf\/team\.yaml wants it for the source shop/,
  );
});
