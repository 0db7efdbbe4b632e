import type { ConfiguredSource } from '../api/routes/webhooks.ts';
import type { CausewayFile } from '../config/causeway-file.ts';
import { ConfigurationError, type Configuration } from '../config/environment.ts';
import { readWebhookSecrets } from '../config/webhook-secrets.ts';
import { sources } from '../sources/index.ts';
import { createStandardWebhooks } from '../sources/standard-webhooks/index.ts';

/**
 * Every source of this installation by its name: those that are built in, and the teams of `causeway.yaml`. Throws
 * `ConfigurationError` when a name is taken or a secret is missing.
 */
export function configuredSources(
  configuration: Configuration,
  installation: Pick<CausewayFile, 'sources'>,
  tenantId: string,
): ReadonlyMap<string, ConfiguredSource> {
  const settings: Readonly<Record<string, Omit<ConfiguredSource, 'source'>>> = {
    hubspot: { tenantId, url: configuration.HUBSPOT_WEBHOOK_URL, secrets: [configuration.HUBSPOT_CLIENT_SECRET] },
  };
  const configured = new Map<string, ConfiguredSource>();
  for (const source of sources) {
    const known = settings[source.name];
    if (known) configured.set(source.name, { ...known, source });
  }
  const secrets = readWebhookSecrets(installation.sources);
  for (const [name, { fields }] of Object.entries(installation.sources)) {
    if (configured.has(name)) {
      throw new ConfigurationError(`causeway.yaml: sources.${name}: this source is built in; choose another name`);
    }
    // Standard Webhooks signs no URL.
    const source = createStandardWebhooks({ name, fields });
    configured.set(name, { tenantId, url: '', secrets: secrets[name] ?? [], source });
  }
  return configured;
}
