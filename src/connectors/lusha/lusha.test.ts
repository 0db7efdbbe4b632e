import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runSandbox, type RunningSandbox, runServer } from '../../../test/running-sandbox.ts';
import { createLusha } from './index.ts';

/** Protects what is read from Lusha: paid only when somebody is found, and nothing asked again of whom it may not tell. */

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await runSandbox();
});
beforeEach(() => sandbox.forget());
afterAll(() => sandbox.close());

const call = { timeoutMs: 10_000 };
const provider = () => createLusha({ apiKey: 'k', baseUrl: sandbox.lushaUrl });
const kindOf = async (email: string) => (await provider().enrichPerson({ email }, call)).value.kind;

test('a person is found by whatever is surest, for one credit', async () => {
  const dana = {
    id: '4000500004',
    name: 'Dana Okafor',
    title: 'Chief Revenue Officer',
    emails: ['dana.okafor@nordlicht.example'],
    phones: [expect.stringContaining('+49')],
    companyName: 'Nordlicht Software',
    companyDomain: 'nordlicht.example',
  };
  const references = [
    { id: '4000500004', email: 'somebody@else.example' },
    { email: 'dana.okafor@nordlicht.example' },
    { firstName: 'Dana', lastName: 'Okafor', companyDomain: 'nordlicht.example' },
    { firstName: 'Dana', lastName: 'Okafor', companyName: 'Nordlicht Software' },
  ];
  for (const reference of references) {
    expect(await provider().enrichPerson(reference, call)).toMatchObject({
      value: { kind: 'found', person: dana },
      credits: { charged: 1 },
    });
  }
  expect(await sandbox.effects()).toHaveLength(4);
  expect(await provider().health(call)).toEqual({ charged: 0, remaining: 9_996 });
});

test('a page at a site of many is no website of the company', async () => {
  await sandbox.arrange('companies/7003', { name: 'Page Example', domain: 'facebook.com' });
  await sandbox.arrange('people/9', {
    name: 'Mara Quist',
    email: 'mara@page.example',
    positions: [{ companyId: '7003', title: 'CRO', from: '2026-02-01' }],
  });
  expect(await provider().enrichPerson({ email: 'mara@page.example' }, call)).toMatchObject({
    value: { person: { companyName: 'Page Example', companyDomain: null } },
  });
});

test('nobody is found by too little, and then nobody is asked', async () => {
  for (const reference of [
    {},
    { firstName: 'Dana', lastName: 'Okafor' },
    { firstName: 'Dana', companyName: 'Nordlicht Software' },
  ]) {
    expect(await provider().enrichPerson(reference, call)).toEqual({
      value: { kind: 'unknown' },
      credits: { charged: 0, remaining: null },
    });
  }
  expect(await sandbox.calls('lusha', 'person.read')).toBe(0);
});

test('of whom Lusha does not know, or may not tell, that is the answer, and costs nothing', async () => {
  await sandbox.arrange('people/9', {
    name: 'Ada Withheld',
    email: 'ada@nordlicht.example',
    isWithheld: true,
    positions: [{ companyId: '7001', title: 'CEO', from: '2026-01-01' }],
  });
  expect([await kindOf('ada@nordlicht.example'), await kindOf('nobody@nordlicht.example')]).toEqual([
    'withheld',
    'unknown',
  ]);
  expect(await sandbox.effects()).toEqual([]);
});

test('credits that are used up are a failure of their own', async () => {
  await sandbox.arrange('credits/lusha', { remaining: 0 });
  await expect(provider().enrichPerson({ id: '4000500004' }, call)).rejects.toMatchObject({
    failureClass: 'LushaPaymentRequired',
    retryable: false,
  });
});

test('a number that must not be called is left out, and an answer of no known form is Malformed', async () => {
  const data = {
    fullName: 'Ada',
    phoneNumbers: [{ number: '+4930111', doNotCall: true }, { number: '+4930222' }, 'x'],
    company: 'x',
  };
  const bodies = [{ contact: { error: null, isCreditCharged: true, data } }, { contact: { data: null } }, []];
  const server = await runServer((_request, response) => response.writeHead(200).end(JSON.stringify(bodies.shift())));
  const asked = createLusha({ apiKey: 'k', baseUrl: server.url });
  expect(await asked.enrichPerson({ id: '1' }, call)).toMatchObject({
    value: { person: { phones: ['+4930222'], companyName: null } },
  });
  for (let index = 0; index < 2; index += 1)
    await expect(asked.enrichPerson({ id: '1' }, call)).rejects.toMatchObject({ kind: 'Malformed' });
  await server.close();
});

test('what cannot be kept is taken out of an answer: NUL, and texts without end', async () => {
  const data = {
    personId: '4\u00002',
    fullName: `A\u0000da ${'x'.repeat(600)}`,
    emailAddresses: [{ email: 'ada@nordlicht.example\u0000' }, { email: '\u0000\u0000\u0000' }],
    phoneNumbers: [{ number: '+49\u000030111' }],
    jobTitle: { title: '\u0000' },
  };
  const contact = { error: null, isCreditCharged: true, data };
  const server = await runServer((_request, response) => response.writeHead(200).end(JSON.stringify({ contact })));
  expect(await createLusha({ apiKey: 'k', baseUrl: server.url }).enrichPerson({ id: '1' }, call)).toMatchObject({
    value: {
      person: {
        id: '42',
        name: `Ada ${'x'.repeat(496)}`,
        title: null,
        emails: ['ada@nordlicht.example'],
        phones: ['+4930111'],
      },
    },
  });
  await server.close();
});
