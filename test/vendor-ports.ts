import { createGmail } from '../src/connectors/gmail/index.ts';
import { createHubSpot } from '../src/connectors/hubspot/index.ts';
import type { Ports } from '../src/connectors/ports.ts';
import { createSlack } from '../src/connectors/slack/index.ts';
import type { RunningSandbox } from './running-sandbox.ts';

/** The real connectors, pointed at a sandbox. */
export const vendorPorts = (sandbox: RunningSandbox): Ports => ({
  crm: createHubSpot({ accessToken: 'token', baseUrl: sandbox.hubspotUrl, competitorsProperty: 'competitors' }),
  intent: { recentIntent: async (_subject, days) => ({ count: 0, types: [], days }) },
  chat: createSlack({ token: 'token', apiUrl: sandbox.slackUrl }),
  mail: createGmail({ apiUrl: sandbox.gmailUrl, auth: { accessToken: 'token' } }),
});
