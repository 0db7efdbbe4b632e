import type { Configuration } from '../config/environment.ts';
import { createGmail } from '../connectors/gmail/index.ts';
import { createHubSpot } from '../connectors/hubspot/index.ts';
import { noIntentProvider } from '../connectors/intent/index.ts';
import type { Ports, RequestLimit } from '../connectors/ports.ts';
import { peopleOf } from './people-ports.ts';
import { searchOf } from './search.ts';
import { warehouseOf } from './warehouse.ts';
import { createSlack } from '../connectors/slack/index.ts';
import { createWebhook } from '../connectors/webhook/index.ts';

/** Every port with the provider that fills it. `hubspotLimit`: what each request to HubSpot asks first. */
export function portsOf(configuration: Configuration, hubspotLimit?: RequestLimit): Ports {
  const {
    GMAIL_ACCESS_TOKEN: accessToken,
    GMAIL_SERVICE_ACCOUNT_EMAIL: email,
    GMAIL_SERVICE_ACCOUNT_KEY: privateKey,
  } = configuration;
  return {
    crm: createHubSpot({
      accessToken: configuration.HUBSPOT_ACCESS_TOKEN,
      baseUrl: configuration.HUBSPOT_API_URL,
      competitorsProperty: configuration.HUBSPOT_COMPETITORS_PROPERTY,
      ...(hubspotLimit && { limit: hubspotLimit }),
    }),
    intent: noIntentProvider,
    chat: createSlack({ token: configuration.SLACK_BOT_TOKEN, apiUrl: configuration.SLACK_API_URL }),
    ...peopleOf(configuration),
    ...receiversOf(configuration),
    warehouse: warehouseOf(configuration),
    search: searchOf(configuration),
    mail: createGmail({
      apiUrl: configuration.GMAIL_API_URL,
      auth: email && privateKey ? { serviceAccount: { email, privateKey } } : { accessToken: accessToken ?? '' },
    }),
  };
}

/** Who is told of every lead. */
function receiversOf(configuration: Configuration): Pick<Ports, 'marketing' | 'assistant'> {
  const { OUTBOUND_ALLOW: allow } = configuration;
  const receiver = (provider: 'Marketing' | 'Assistant', url: string | undefined, secret: string | undefined) =>
    url !== undefined && secret !== undefined ? createWebhook({ provider, url, secret, allow }) : undefined;
  return {
    marketing: receiver('Marketing', configuration.MARKETING_WEBHOOK_URL, configuration.MARKETING_WEBHOOK_SECRET),
    assistant: receiver('Assistant', configuration.ASSISTANT_WEBHOOK_URL, configuration.ASSISTANT_WEBHOOK_SECRET),
  };
}
