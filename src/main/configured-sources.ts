import type { ConfiguredSource } from '../api/routes/webhooks.ts';
import type { CausewayFile } from '../config/causeway-file.ts';
import { ConfigurationError, type Configuration } from '../config/environment.ts';
import { readWebhookSecrets } from '../config/webhook-secrets.ts';
import { hubspot } from '../sources/hubspot/index.ts';
import { sources } from '../sources/index.ts';
import { personChange } from '../sources/person-change/index.ts';
import type { Source } from '../sources/source.ts';
import { createStandardWebhooks } from '../sources/standard-webhooks/index.ts';

/**
 * Every source of this installation by its name: HubSpot, role changes where they have a secret, and those that `causeway.yaml` names. Throws
 * `ConfigurationError` when one cannot be set up as it is written there, or its secret is missing.
 */
export function configuredSources(
  configuration: Configuration,
  installation: Pick<CausewayFile, 'sources'>,
  tenantId: string,
  vendors: readonly Source[] = sources,
): ReadonlyMap<string, ConfiguredSource> {
  const {
    HUBSPOT_WEBHOOK_URL,
    HUBSPOT_CLIENT_SECRET,
    PERSON_CHANGE_SECRET,
    WEBHOOK_SECRET,
    CAUSEWAY_FILE: file = 'causeway.yaml',
  } = configuration;
  const configured = new Map<string, ConfiguredSource>([
    [hubspot.name, { tenantId, source: hubspot, url: HUBSPOT_WEBHOOK_URL, secrets: [HUBSPOT_CLIENT_SECRET] }],
  ]);
  const changeSecrets = [PERSON_CHANGE_SECRET, WEBHOOK_SECRET].filter((secret) => secret !== undefined);
  if (changeSecrets.length > 0) {
    configured.set(personChange.name, { tenantId, source: personChange, url: '', secrets: changeSecrets });
  }
  const named = Object.entries(installation.sources).map(([name, entry]) => ({
    ...entry,
    name,
    source: sourceOf(name, entry, vendors, file),
  }));
  const secrets = readWebhookSecrets(
    Object.fromEntries(
      named.map(({ name, secretVariable, source: { verification } }) => [
        name,
        { secretVariable, base64: 'secret' in verification ? verification.secret : undefined },
      ]),
    ),
    undefined,
    file,
  );
  for (const { name, source, url = '' } of named) {
    configured.set(name, { tenantId, source, url, secrets: secrets[name] ?? [] });
  }
  return configured;
}

/** Sources that need no word of `causeway.yaml`, and what sets them up. */
const ownVariables: ReadonlyMap<string, string> = new Map([
  [hubspot.name, 'HUBSPOT_CLIENT_SECRET'],
  [personChange.name, 'PERSON_CHANGE_SECRET'],
]);

function sourceOf(
  name: string,
  { fields, url, consent }: CausewayFile['sources'][string],
  vendors: readonly Source[],
  file: string,
): Source {
  const refusal = (problem: string) => new ConfigurationError(`${file}: sources.${name}: ${problem}`);
  const variable = ownVariables.get(name);
  if (variable) throw refusal(`this source is set up by ${variable}; choose another name`);
  const vendor = vendors.find((source) => source.name === name);
  if (consent && !vendor?.withConsent) throw refusal('consent: no question of consent can be named for this source');
  if (fields) {
    if (vendor) throw refusal('the form of its events is built in; leave fields out, or choose another name');
    return createStandardWebhooks({ name, fields });
  }
  if (!vendor) throw refusal('fields: expected where things stand in its events, since no such source is built in');
  const { verification } = vendor;
  if ('signedParts' in verification && verification.signedParts.includes('uri') && url === undefined) {
    throw refusal('url: expected the address that the sender was given, since its signature covers it');
  }
  return (consent && vendor.withConsent?.(consent)) ?? vendor;
}
