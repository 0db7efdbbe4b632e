import { describe, expect, test } from 'vitest';
import type { ModelPort, Ports } from '../connectors/ports.ts';
import { type Provider, VendorError } from '../domain/failure.ts';
import { createBreakers, guardModel, guardPorts } from './guarded-ports.ts';

/** Protects every provider that fails from every call: no method of a port goes around its breaker. */

const call = { timeoutMs: 1, key: 'key' };
const message = { text: '', blocks: [] };
const field = { objectType: 'deals', objectId: '1', property: 'p' } as const;
const draft = { subject: '', text: '' };
const question = { ...call, model: '', system: '', user: '', schemaName: '', jsonSchema: {} };

/** Every method of every port once. */
const calls: Readonly<Record<string, readonly [Provider, (ports: Ports, model: ModelPort) => Promise<unknown>]>> = {
  readDeal: ['HubSpot', ({ crm }) => crm.readDeal('1', call)],
  readContacts: ['HubSpot', ({ crm }) => crm.readContacts(['1'], call)],
  readAccounts: ['HubSpot', ({ crm }) => crm.readAccounts(['1'], call)],
  readOpenTasks: ['HubSpot', ({ crm }) => crm.readOpenTasks(['1'], call)],
  readOwner: ['HubSpot', ({ crm }) => crm.readOwner('1', call)],
  readField: ['HubSpot', ({ crm }) => crm.readField(field, call)],
  writeField: ['HubSpot', ({ crm }) => crm.writeField(field, '', call)],
  findPerson: ['Slack', ({ chat }) => chat.findPerson('', call)],
  post: ['Slack', ({ chat }) => chat.post('', message, call)],
  findPost: ['Slack', ({ chat }) => chat.findPost('', '', 0, call)],
  createDraft: ['Gmail', ({ mail }) => mail.createDraft('', draft, call)],
  findDraft: ['Gmail', ({ mail }) => mail.findDraft('', '', call)],
  ask: ['OpenAI', (_ports, model) => model.ask({ ...question, maxOutputTokens: 1, temperature: 0 })],
};

/** Providers that are all down, and count how often they were asked. */
function providersDown() {
  const asked: string[] = [];
  const down = (name: string) => (): Promise<never> => {
    asked.push(name);
    const [provider = 'HubSpot'] = calls[name] ?? [];
    return Promise.reject(new VendorError(provider, 'Unavailable', 'down'));
  };
  const ports: Ports = {
    crm: {
      readDeal: down('readDeal'),
      readContacts: down('readContacts'),
      readAccounts: down('readAccounts'),
      readOpenTasks: down('readOpenTasks'),
      readOwner: down('readOwner'),
      readField: down('readField'),
      writeField: down('writeField'),
    },
    intent: { recentIntent: () => Promise.resolve({ count: 0, types: [], days: 30 }) },
    chat: { findPerson: down('findPerson'), post: down('post'), findPost: down('findPost') },
    mail: { createDraft: down('createDraft'), findDraft: down('findDraft') },
  };
  const breakers = createBreakers({ failures: 5, resetSeconds: 30 }, () => {});
  const model = guardModel({ port: { ask: down('ask') } }, breakers);
  if (!model) throw new Error('a model that is there was taken for none');
  return { asked, ports: guardPorts(ports, breakers), model: model.port, breakers };
}

test('every call is held to it but those to whoever sells signs of interest, who is nobody yet', () => {
  const { crm, chat, mail } = providersDown().ports;
  const methods = [crm, chat, mail].flatMap((port) => Object.keys(port));
  expect(Object.keys(calls).toSorted()).toEqual([...methods, 'ask'].toSorted());
});

describe.each(Object.entries(calls))('%s', (name, [provider, make]) => {
  const names = Object.keys(calls).filter((other) => calls[other]?.[0] === provider);

  test(`opens the breaker of ${provider} by its failures, and none else`, async () => {
    const { asked, ports, model, breakers } = providersDown();
    for (let count = 0; count < 5; count += 1) await expect(make(ports, model)).rejects.toThrow('down');
    await expect(make(ports, model)).rejects.toMatchObject({ failureClass: `${provider}CircuitOpen` });
    expect(asked).toEqual(Array.from({ length: 5 }, () => name));
    const open = Object.entries(breakers).flatMap(([each, breaker]) => (breaker.openForMs() > 0 ? [each] : []));
    expect(open).toEqual([provider]);
  });

  test(`is not made while ${provider} is left alone, whichever of its calls failed`, async () => {
    const { asked, ports, model } = providersDown();
    const other = calls[names.find((each) => each !== name) ?? name]?.[1] ?? make;
    for (let count = 0; count < 5; count += 1) await expect(other(ports, model)).rejects.toThrow('down');
    const before = asked.length;
    await expect(make(ports, model)).rejects.toMatchObject({ kind: 'CircuitOpen' });
    expect(asked).toHaveLength(before);
  });
});
