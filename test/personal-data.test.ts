import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { hubspotWebhook } from '../sandbox/hubspot/webhook.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { canariesIn, canary, executionTexts, rowTexts, textsOf } from './canaries.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { contestedDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { startProgram } from './program.ts';

/**
 * Protects persons: what is theirs is with the providers and sealed in PostgreSQL, and nowhere else. Each canary stands for
 * something personal; after runs that went well and runs that failed, no history, log line or row may hold one.
 */

const canaries = {
  dealName: canary('Deal'),
  companyName: canary('Company'),
  contactFirstName: canary('First'),
  contactLastName: canary('Last'),
  contactEmail: `${canary('contact')}@canary.example`,
  ownerEmail: `${canary('owner')}@canary.example`,
  ownerFirstName: canary('Owner'),
  changedValue: canary('Value'),
  violation: canary('Violation'),
  unreadable: canary('Unreadable'),
};

let causeway: Causeway;
/** Everything that was seen of the run, by where it was seen. */
const seen = { histories: '', logs: '', rows: '', providers: '', model: '' };
let eventIds: string[];

beforeAll(async () => {
  causeway = await startCauseway({
    worker: false,
    settings: `
modes:
  - {types: [deal.creation, contact.creation], mode: model-first}
  - {types: [contact.restore], mode: rules, batch: true}
batches: {maxWaitSeconds: 0}`,
  });
  const [port] = await freePorts(1);
  const program = await startProgram('all', causeway.configuration, { PORT: String(port), LOG_LEVEL: 'debug' });
  eventIds = await runEverything(`http://127.0.0.1:${port}/webhooks/hubspot`);
  seen.providers = textsOf(await causeway.sandbox.effects());
  seen.model = textsOf(await causeway.sandbox.questions());
  for (const id of eventIds) seen.histories += await temporalOf(id);
  seen.rows = await rowTexts(causeway);
  await program.stop();
  seen.logs = program.lines.join('\n');
}, 120_000);
afterAll(() => causeway.close());

/** Posts events that end in every way, one after the other since faults meet the next call; returns their ids. */
async function runEverything(url: string): Promise<string[]> {
  const { sandbox, configuration } = causeway;
  const { HUBSPOT_WEBHOOK_URL, HUBSPOT_CLIENT_SECRET } = configuration;
  const [ownerId, contactId, companyId] = [newId(), newId(), newId()].map(String);
  await sandbox.put('owners', `${ownerId}`, {
    email: canaries.ownerEmail,
    firstName: canaries.ownerFirstName,
    lastName: canaries.contactLastName,
  });
  await sandbox.put('companies', `${companyId}`, { name: canaries.companyName });
  await sandbox.put('contacts', `${contactId}`, {
    email: canaries.contactEmail,
    firstname: canaries.contactFirstName,
    lastname: canaries.contactLastName,
  });

  const send = async (events: unknown, secret = HUBSPOT_CLIENT_SECRET): Promise<string[]> => {
    const request = hubspotWebhook({ url: HUBSPOT_WEBHOOK_URL, secret, events, nowMs: Date.now() });
    const response = await fetch(url, request);
    const answer = answerSchema.safeParse(await response.json());
    return answer.data?.events.filter(({ status }) => status === 'accepted').map(({ id }) => id) ?? [];
  };
  const onDeal = async (deal: Record<string, string>, change: Record<string, unknown> = {}): Promise<string> => {
    const id = newId();
    const properties = { ...deal, dealname: canaries.dealName, hubspot_owner_id: `${ownerId}` };
    await sandbox.put('deals', String(id), properties, { contacts: [`${contactId}`], companies: [`${companyId}`] });
    const [eventId = ''] = await send([dealChange(id, change)]);
    await causeway.finished(eventId, 60_000);
    return eventId;
  };
  const ids: string[] = [];

  ids.push(await onDeal(contestedDeal()));
  ids.push(await onDeal(stalledDeal(), { propertyName: 'dealname', propertyValue: canaries.changedValue }));
  await sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400 });
  ids.push(await onDeal(contestedDeal()));
  await sandbox.fault({ connector: 'gmail', operation: 'drafts.create', fault: 'lost-answer' });
  ids.push(await onDeal(stalledDeal()));
  await sandbox.fault({ connector: 'slack', operation: 'users.lookupByEmail', fault: 'malformed' });
  ids.push(await onDeal(contestedDeal()));
  await sandbox.fault({ connector: 'hubspot', operation: 'contacts.read', fault: 'malformed' });
  ids.push(await onDeal(stalledDeal()));
  ids.push(await onDeal(contestedDeal(), { subscriptionType: 'deal.creation', note: canaries.contactEmail }));

  const inBatch = { subscriptionType: 'contact.restore', note: canaries.contactEmail };
  for (const id of await send([dealChange(Number(contactId), inBatch)])) {
    await causeway.finished(id);
    const history = await temporalOf(id);
    expect(history).toContain('beginBatch');
    seen.histories += history;
  }
  const personChange = { subscriptionType: 'contact.propertyChange', propertyName: 'email' };
  const person = await send([dealChange(newId(), { ...personChange, propertyValue: canaries.contactEmail })]);
  for (const id of person) await causeway.finished(id);
  await send([{ ...dealChange(newId()), occurredAt: canaries.violation }]);
  await send(`[{"objectId": "${canaries.unreadable}"`);
  await send([dealChange(newId(), { propertyValue: canaries.unreadable })], 'not-the-secret');
  return [...ids, ...person];
}

const answerSchema = z.object({ events: z.array(z.object({ id: z.string(), status: z.string() })) });

const temporalOf = async (eventId: string) => executionTexts(causeway, (await causeway.read(eventId)).workflow.id);
const leaksIn = (text: string) => canariesIn(text, canaries);

it('providers were given what is theirs, so that there was something to leak', () =>
  expect(leaksIn(seen.providers)).toEqual(
    expect.arrayContaining(['dealName', 'contactFirstName', 'contactEmail', 'ownerEmail', 'companyName']),
  ));

it.each(['histories', 'logs', 'rows'] as const)('the %s show every event, and nothing personal', (where) => {
  expect(eventIds).toHaveLength(8);
  for (const id of eventIds) expect(seen[where]).toContain(id);
  expect(leaksIn(seen[where])).toEqual([]);
});

it('the model was asked, and told nothing personal', () => {
  expect(seen.model).toContain('deal.creation');
  expect(leaksIn(seen.model)).toEqual([]);
});

it('everything was looked at: the log at its finest, and what was sent in a form that nobody reads', () => {
  expect(seen.logs).toContain('"level":"debug"');
  expect(seen.rows.match(/^public\.schema_violations /gm)).toHaveLength(2);
});
