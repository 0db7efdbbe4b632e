import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { decisionModes } from '../src/domain/mode.ts';
import { demoEnvironment } from '../src/main/demo/environment.ts';
import { type Places, play } from '../src/main/demo/play.ts';
import { buildScenario, type Scenario } from '../src/main/demo/scenario.ts';
import { createConsents } from '../src/operations/consents.ts';
import { createHasher } from '../src/privacy/hasher.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { newId } from './hubspot-events.ts';

/** Protects what a newcomer sees first: the demo shows every mode, and what is not as expected fails it. */

const { changes, productSecret } = demoEnvironment();

let causeway: Causeway;
let places: Places;
beforeAll(async () => {
  vi.stubEnv('PRODUCT_WEBHOOK_SECRET', productSecret);
  causeway = await startCauseway({ environment: { CAUSEWAY_FILE: changes.CAUSEWAY_FILE } });
  const { configuration, queries, sandbox, url } = causeway;
  const hasher = createHasher(Buffer.from(configuration.HASH_KEY, 'base64'));
  const consents = createConsents({ queries, hasher, tenantId: 'default' });
  places = {
    api: url,
    sandbox: new URL(sandbox.hubspotUrl).origin,
    hubspot: { url: configuration.HUBSPOT_WEBHOOK_URL, secret: configuration.HUBSPOT_CLIENT_SECRET },
    product: { secret: productSecret },
    website: { apiKey: configuration.INGEST_API_KEY ?? '' },
    personChange: { secret: configuration.PERSON_CHANGE_SECRET ?? '' },
    operatorKey: configuration.OPERATOR_API_KEY,
    recordConsent: (email) => consents.record({ email, purpose: 'outreach', granted: true, source: 'test' }),
  };
});
afterAll(async () => {
  await causeway.close();
  vi.unstubAllEnvs();
});

it('every mode is shown, by events of both senders, and all of it is as expected', async () => {
  const events = await play(buildScenario(newId(), Date.now()), places);
  expect(events.filter(({ ok }) => !ok)).toEqual([]);
  expect(new Set(events.map(({ mode }) => mode))).toEqual(new Set([...decisionModes, null]));
  expect(new Set(events.map(({ source }) => source))).toEqual(
    new Set(['hubspot', 'product', 'website', 'person-change', 'buyer-groups']),
  );
});

/** The scenario up to its first delivery, which is HubSpot's. */
function firstDelivery(): Scenario {
  const scenario = buildScenario(newId(), Date.now());
  return { ...scenario, deliveries: scenario.deliveries.slice(0, 1) };
}

it('an event of which an effect is missing, or that was decided in another mode or by another, fails it', async () => {
  const { deliveries, ...scenario } = firstDelivery();
  const expectations = [
    { effects: ['slack chat.postMessage'] },
    { mode: 'compliance' },
    { decidedBy: 'fallback' },
  ] as const;
  const changed = deliveries.map(({ events, ...delivery }) => ({
    ...delivery,
    events: events.map((event, index) => ({ ...event, expected: { ...event.expected, ...expectations[index] } })),
  }));
  const events = await play({ ...scenario, deliveries: changed }, places);
  expect(events.map(({ ok }) => ok)).toEqual([false, false, false, true, true]);
});

it('a doubled effect fails it', async () => {
  const scenario = firstDelivery();
  const [acted] = (await play(scenario, places)).filter(({ effects }) => effects[0]?.connector === 'slack');
  const message = (await causeway.sandbox.effects()).find(({ key }) => key === acted?.effects[0]?.key);
  await fetch(`${causeway.sandbox.slackUrl}chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer test' },
    body: JSON.stringify(message?.body),
    signal: AbortSignal.timeout(5_000),
  });
  const again = await play(scenario, places);
  expect(again.filter(({ ok }) => !ok)).toMatchObject([{ id: acted?.id }]);
});
