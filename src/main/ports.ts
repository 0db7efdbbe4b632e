import type { Configuration } from '../config/environment.ts';
import { createGmail } from '../connectors/gmail/index.ts';
import { createHubSpot } from '../connectors/hubspot/index.ts';
import { noIntentProvider } from '../connectors/intent/index.ts';
import type { Ports, RequestLimit } from '../connectors/ports.ts';
import { createSlack } from '../connectors/slack/index.ts';

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
    mail: createGmail({
      apiUrl: configuration.GMAIL_API_URL,
      auth: email && privateKey ? { serviceAccount: { email, privateKey } } : { accessToken: accessToken ?? '' },
    }),
  };
}
